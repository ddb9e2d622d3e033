import type { RegisteredProvider, StatusEntry } from '../domain/provider.js';
import { capacityAge, isStale, statusEntryOn } from '../domain/standing.js';

/** A provider as the list shows it: its details, its capacity with its age, and its status today. */
export const providerView = (provider: RegisteredProvider, today: string) => {
  const entry = statusEntryOn(provider, today);
  return {
    providerId: provider.providerId,
    ...provider.details,
    capacity: [...provider.capacity]
      .sort((a, b) => a.serviceType.localeCompare(b.serviceType))
      .map(({ serviceType, accepting, asOf }) => ({
        serviceType,
        accepting,
        asOf,
        ageDays: capacityAge(asOf, today),
        stale: isStale(asOf, today),
      })),
    status: entry?.status ?? ('open' as const),
    statusReason: entry?.reason ?? null,
    from: entry?.from ?? null,
    to: entry?.to ?? null,
    referralsPerWeek: entry?.referralsPerWeek ?? null,
    statuses: provider.statuses.map(shown),
  };
};
export type ProviderView = ReturnType<typeof providerView>;

const shown = ({ status, reason, from, to, referralsPerWeek, recordedAt }: StatusEntry) => ({
  status,
  reason,
  from,
  to,
  referralsPerWeek,
  recordedAt,
});

import type { CommissioningStatus, ServiceType } from '#libs/contracts/brokerage/request-events.js';
import type { Refusal } from '#libs/event-store/decider.js';
import { addDays, daysBetween, londonDate } from '#libs/nhs/civil-date.js';
import { capacityOf, type RegisteredProvider, type StatusEntry } from './provider.js';

/** A capacity figure older than this many civil days is stale (`api.md`: 31; `domain.md` §9, Capacity Tracker). */
export const staleAfterDays = 31;

/** Where a provider stands on a day, as far as a command about one request needs to know. */
export interface Standing {
  readonly providerId: string;
  readonly status: CommissioningStatus;
  /** Places or packages it said it can take of the service asked for; null when it never said. */
  readonly accepting: number | null;
  /** Its weekly floor for the service asked for, if agreed (`domain.md` §9, price rule). */
  readonly minimumPrice: number | null;
}

export const blockedStatuses = ['embargoed', 'suspended', 'deregistered'] as const;

/** An embargo, a suspension or a lost registration blocks new work; what runs already goes on (`domain.md` §9). */
export const isBlocked = (status: CommissioningStatus): boolean =>
  blockedStatuses.some((blocked) => blocked === status);

const covers = (entry: StatusEntry, day: string): boolean =>
  entry.from <= day && (entry.to === null || day <= entry.to);

/** The entry in force on a civil day: the one recorded last of those that cover the day, `to` included. None = open. */
export const statusEntryOn = (provider: RegisteredProvider, day: string): StatusEntry | null =>
  provider.statuses.findLast((entry) => covers(entry, day)) ?? null;

/** The commissioning status on a civil day. */
export const statusOn = (provider: RegisteredProvider, day: string): CommissioningStatus =>
  statusEntryOn(provider, day)?.status ?? 'open';

export const standingOf = (provider: RegisteredProvider, serviceType: ServiceType, today: string): Standing => ({
  providerId: provider.providerId,
  status: statusOn(provider, today),
  accepting: capacityOf(provider, serviceType)?.accepting ?? null,
  minimumPrice: provider.details.minimumSustainablePrice[serviceType] ?? null,
});

/** How old a capacity figure is, in civil days. */
export const capacityAge = (asOf: string, today: string): number => Math.max(0, daysBetween(londonDate(asOf), today));
export const isStale = (asOf: string, today: string): boolean => capacityAge(asOf, today) > staleAfterDays;
/** The first civil day of the week that a cap on referrals looks back over, today included. */
export const weekBefore = (today: string): string => addDays(today, -6);

const saysOf = {
  embargoed: 'is under embargo',
  suspended: 'is suspended',
  deregistered: 'is no longer registered',
} as const;

/** Refuses new work with a provider that is blocked today. */
export const refusalOfStatus = (standing: Standing): Refusal | null => {
  const { status, providerId } = standing;
  if (status !== 'embargoed' && status !== 'suspended' && status !== 'deregistered') return null;
  return {
    ok: false,
    code: `provider.${status}`,
    message: `The provider ${providerId} ${saysOf[status]} today, so no new care can be asked of it.`,
    details: { providerId, status },
  };
};

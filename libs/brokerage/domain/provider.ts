import type { Decider, Decision, Recorded } from '#libs/event-store/decider.js';
import type {
  CommissioningStatus,
  ProviderDetails,
  ProviderEvent,
  ServiceType,
} from '#libs/contracts/brokerage/request-events.js';

export interface StatusEntry {
  readonly status: CommissioningStatus;
  readonly reason: string;
  readonly from: string;
  /** The last civil day it holds; null = until further notice. */
  readonly to: string | null;
  readonly referralsPerWeek: number | null;
  readonly occurredAt: string;
  readonly recordedAt: string;
  /** The event that recorded it: what follows from it is named after it. */
  readonly eventId: string;
}
export interface Capacity {
  readonly serviceType: ServiceType;
  readonly accepting: number;
  readonly asOf: string;
}
/** A provider is one CQC location. */
export interface RegisteredProvider {
  readonly kind: 'registered';
  readonly providerId: string;
  readonly details: ProviderDetails;
  /** In the order they were recorded. */
  readonly statuses: readonly StatusEntry[];
  /** The newest report of each service. */
  readonly capacity: readonly Capacity[];
}
export type ProviderState = { readonly kind: 'unknown' } | RegisteredProvider;

export type ProviderCommand =
  | { readonly type: 'put'; readonly providerId: string; readonly details: ProviderDetails }
  | {
      readonly type: 'report-capacity';
      readonly serviceType: ServiceType;
      readonly accepting: number;
      readonly asOf: string;
    }
  | {
      readonly type: 'set-status';
      readonly status: CommissioningStatus;
      readonly reason: string;
      readonly from: string;
      readonly to: string | null;
      readonly referralsPerWeek: number | null;
    };

const unknownProvider: Decision<ProviderEvent> = {
  ok: false,
  kind: 'not-found',
  code: 'provider.not-found',
  message: 'There is no provider with this id; register it first with PUT /providers/{id}.',
};

const decide = (command: ProviderCommand, state: ProviderState): Decision<ProviderEvent> => {
  if (command.type === 'put') return put(command, state);
  if (state.kind === 'unknown') return unknownProvider;
  const { providerId } = state;
  if (command.type === 'report-capacity') {
    const { serviceType, accepting, asOf } = command;
    return { ok: true, events: [{ type: 'CapacityReported', data: { providerId, serviceType, accepting, asOf } }] };
  }
  const { status, reason, from, to, referralsPerWeek } = command;
  if (to !== null && to < from) {
    return {
      ok: false,
      kind: 'invalid',
      code: 'status.to-before-from',
      message: 'The last day of a status must not lie before its first.',
      details: { errors: [{ field: 'to', message: 'must not lie before from' }] },
    };
  }
  return {
    ok: true,
    events: [{ type: 'CommissioningStatusChanged', data: { providerId, status, reason, from, to, referralsPerWeek } }],
  };
};

const put = (command: Extract<ProviderCommand, { type: 'put' }>, state: ProviderState): Decision<ProviderEvent> => {
  const { providerId, details } = command;
  if (state.kind === 'unknown')
    return { ok: true, events: [{ type: 'ProviderRegistered', data: { providerId, details } }] };
  if (state.details.cqcLocationId !== details.cqcLocationId) {
    return {
      ok: false,
      code: 'provider.another-location',
      message: 'A provider is one CQC location: register another location under an id of its own.',
      details: { cqcLocationId: state.details.cqcLocationId },
    };
  }
  return same(state.details, details)
    ? { ok: true, events: [] }
    : { ok: true, events: [{ type: 'ProviderDetailsChanged', data: { providerId, details } }] };
};

const same = (a: ProviderDetails, b: ProviderDetails): boolean => sorted(a) === sorted(b);
const sorted = (details: ProviderDetails): string =>
  JSON.stringify(Object.entries(details).sort(([a], [b]) => a.localeCompare(b)));

export const evolveProvider = (state: ProviderState, event: Recorded<ProviderEvent>): ProviderState => {
  if (event.type === 'ProviderRegistered') {
    return {
      kind: 'registered',
      providerId: event.data.providerId,
      details: event.data.details,
      statuses: [],
      capacity: [],
    };
  }
  if (state.kind === 'unknown') return state;
  switch (event.type) {
    case 'ProviderDetailsChanged':
      return { ...state, details: event.data.details };
    case 'CapacityReported': {
      const { serviceType, accepting, asOf } = event.data;
      const known = capacityOf(state, serviceType);
      // Reports come late and in any order: the newest as-of holds.
      if (known && known.asOf > asOf) return state;
      const others = state.capacity.filter((capacity) => capacity.serviceType !== serviceType);
      return { ...state, capacity: [...others, { serviceType, accepting, asOf }] };
    }
    case 'CommissioningStatusChanged': {
      const { status, reason, from, to, referralsPerWeek } = event.data;
      const { eventId, occurredAt, recordedAt } = event;
      const entry = { status, reason, from, to, referralsPerWeek, occurredAt, recordedAt, eventId };
      return { ...state, statuses: [...state.statuses, entry] };
    }
  }
};

export const capacityOf = (provider: RegisteredProvider, serviceType: ServiceType): Capacity | undefined =>
  provider.capacity.find((capacity) => capacity.serviceType === serviceType);

/** A provider on the books: its details, what it can take, and how it is commissioned (`domain.md` §9). */
export const providerDecider: Decider<ProviderState, ProviderCommand, ProviderEvent> = {
  initialState: { kind: 'unknown' },
  decide,
  evolve: evolveProvider,
};

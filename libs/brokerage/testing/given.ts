import type { RequestEvent } from '#libs/contracts/brokerage/request-events.js';
import type { Decision, Recorded } from '#libs/event-store/decider.js';
import { requestDecider } from '../domain/request.js';
import type { RequestCommand } from '../domain/request-commands.js';
import type { PlacementRequest, RequestState } from '../domain/request-state.js';
import type { Standing } from '../domain/standing.js';

export type Told = RequestEvent & { readonly at?: string };

export const noon = '2026-11-23T12:00:00.000Z';

/** Events as the log would give them back, of the request `r1`. */
export const recorded = (events: readonly Told[]): readonly Recorded<RequestEvent>[] =>
  events.map((event, revision) => envelope(event, revision));

const envelope = ({ at = noon, ...event }: Told, revision: number): Recorded<RequestEvent> => ({
  ...event,
  eventId: `event-${String(revision)}`,
  schemaVersion: 1,
  streamId: 'request-r1',
  revision,
  position: String(revision + 1),
  occurredAt: at,
  recordedAt: at,
  personId: 'person-1',
  metadata: { correlationId: 'c', actor: { id: 'u', role: 'broker', organisation: 'council' }, source: 'test' },
});

export const stateOf = (events: readonly Told[]): RequestState =>
  recorded(events).reduce(requestDecider.evolve, requestDecider.initialState);

export const requestOf = (events: readonly Told[]): PlacementRequest => {
  const state = stateOf(events);
  if (state.status === 'unopened') throw new Error('Nothing was asked for.');
  return state;
};

/** `given(events).when(command).then(events)` or `.thenRefused(code)`. */
export const given = (...history: readonly Told[]) => ({
  when: (command: RequestCommand) => {
    const decision: Decision<RequestEvent> = requestDecider.decide(command, stateOf(history));
    return {
      decision,
      then: (...events: readonly { type: RequestEvent['type']; data?: unknown }[]) => {
        expect(decision).toMatchObject({ ok: true, events });
        expect(decision.ok && decision.events).toHaveLength(events.length);
      },
      thenRefused: (code: string, details: object = {}) => {
        expect(decision).toMatchObject({ ok: false, code, ...(Object.keys(details).length > 0 ? { details } : {}) });
      },
    };
  },
});

export const standing = (providerId: string, more: Partial<Standing> = {}): Standing => ({
  providerId,
  status: 'open',
  accepting: 2,
  minimumPrice: null,
  ...more,
});

export const requested: Told = {
  type: 'PlacementRequested',
  data: { caseId: 'c1', by: 'hand', details: { serviceType: 'home-care' } },
};
export const requestedByPolicy: Told = {
  type: 'PlacementRequested',
  data: {
    caseId: 'c1',
    by: 'policy',
    details: { serviceType: 'reablement' },
    answers: { pathway: 1, eventId: 'p1' },
  },
};
export const whole = {
  serviceType: 'home-care',
  needs: { summary: 'washing' },
  preferences: {},
  startBy: '2026-12-01',
  outwardPostcode: 'NW4',
  funding: 'local-authority',
  weeklyCeiling: 500,
} as const;
export const completed: Told = { type: 'RequestCompleted', data: { details: whole, completedBy: 'anna' } };
export const approved: Told = { type: 'RequestApproved', data: { approver: 'Ben', approvedBy: 'ben' } };
export const claimed: Told = { type: 'RequestClaimed', data: { broker: 'bo' } };
export const sent: Told = { type: 'RequestSentToProviders', data: { wave: 1, providerIds: ['prov-a', 'prov-b'] } };
export const offerOf = (
  offerId: string,
  providerId = 'prov-a',
  flags: ('above-ceiling' | 'below-minimum-price')[] = [],
): Told => ({
  type: 'OfferReceived',
  data: { offerId, providerId, canStartOn: '2026-11-30', weeklyPrice: 450, notes: null, flags },
});
export const confirmed = (offerId: string): Told => ({ type: 'OfferConfirmed', data: { offerId } });
export const awardOf = (offerId: string, providerId = 'prov-a'): Told => ({
  type: 'PlacementAwarded',
  data: {
    offerId,
    providerId,
    serviceType: 'home-care',
    startsOn: '2026-11-30',
    weeklyPrice: 450,
    funding: 'local-authority',
    reason: 'first',
    familyChoice: null,
  },
});
export const sourcing: readonly Told[] = [requested, completed, approved, claimed, sent];

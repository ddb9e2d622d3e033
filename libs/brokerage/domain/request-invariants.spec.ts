import fc from 'fast-check';
import type { RequestEvent } from '#libs/contracts/brokerage/request-events.js';
import { recorded, standing, whole, type Told } from '../testing/given.js';
import { requestDecider } from './request.js';
import type { RequestCommand } from './request-commands.js';
import { isOpened, stageOf, type OfferState, type RequestState } from './request-state.js';
import { clockOf } from './sourcing-clock.js';

const offerIds = ['o1', 'o2', 'o3'];
const brokers = fc.constantFrom('bo', 'kim');
const offerId = fc.constantFrom(...offerIds);
const provider = fc.record({
  providerId: fc.constantFrom('prov-a', 'prov-b'),
  status: fc.constantFrom('open', 'open', 'open', 'slowed', 'embargoed' as const),
  accepting: fc.constantFrom(null, 0, 2),
  minimumPrice: fc.constantFrom(null, 400),
});
const policy = { eventId: 'by-policy', occurredAt: '' };

const work: fc.Arbitrary<RequestCommand> = fc.oneof(
  fc.constant<RequestCommand>({
    type: 'open',
    caseId: 'c1',
    by: 'policy',
    details: { serviceType: 'reablement' },
    answers: { pathway: 1, eventId: 'p1' },
  }),
  fc.constantFrom('anna', 'ben').map((by): RequestCommand => ({ type: 'complete', by, details: whole })),
  fc.constantFrom('anna', 'ben').map((by): RequestCommand => ({ type: 'approve', by, approver: by, named: by })),
  fc.tuple(fc.constantFrom('claim', 'release'), brokers).map(([type, broker]): RequestCommand => ({ type, broker })),
  fc.tuple(brokers, provider).map(([broker, to]): RequestCommand => ({ type: 'send', broker, providers: [to] })),
  fc.tuple(offerId, provider, fc.constantFrom(300, 450, 600)).map(([id, from, weeklyPrice]): RequestCommand => ({
    type: 'offer',
    offerId: id,
    provider: from,
    weeklyPrice,
    canStartOn: '2026-12-01',
    notes: null,
  })),
  fc
    .tuple(fc.constantFrom('confirm-offer', 'withdraw-offer'), offerId)
    .map(([type, id]): RequestCommand => ({ type, offerId: id })),
  offerId.map((id): RequestCommand => ({ type: 'approve-offer', offerId: id, approver: 'Head', by: 'ben' })),
  fc.tuple(offerId, brokers).map(([id, broker]): RequestCommand => ({
    type: 'award',
    offerId: id,
    broker,
    reason: 'r',
    familyChoice: null,
    provider: standing('prov-a'),
  })),
  brokers.map((broker): RequestCommand => ({ type: 'start', broker, startedOn: '2026-12-01' })),
  brokers.map((broker): RequestCommand => ({ type: 'fail', broker, reason: 'r' })),
  fc.constant<RequestCommand>({ type: 'acknowledge', providerId: 'prov-a', acknowledgedBy: 'S' }),
);
const interruption: fc.Arbitrary<RequestCommand> = fc.oneof(
  fc
    .tuple(fc.constantFrom('policy-pause', 'policy-resume'), fc.constantFrom('criteria', 'case'))
    .map(([type, because]): RequestCommand => ({ ...policy, type, because })),
  fc
    .constantFrom('died', 'case-closed')
    .map((because): RequestCommand => ({ ...policy, type: 'policy-withdraw', because })),
  fc.constant<RequestCommand>({ ...policy, type: 'policy-reinstate' }),
  fc.constant<RequestCommand>({
    ...policy,
    type: 'policy-change',
    serviceType: 'rehab-bed',
    answers: { pathway: 2, eventId: 'p2' },
  }),
  offerId.map((id): RequestCommand => ({ ...policy, type: 'embargo-offer', offerId: id })),
  fc.constant<RequestCommand>({ ...policy, type: 'flag-award', providerId: 'prov-a', status: 'embargoed' }),
);

const command = fc.oneof(
  { weight: 12, arbitrary: work },
  { weight: 4, arbitrary: interruption },
  // Mostly lifted again, or little would ever happen.
  {
    weight: 4,
    arbitrary: fc.constantFrom<RequestCommand>(
      { ...policy, type: 'policy-reinstate' },
      { ...policy, type: 'policy-resume', because: 'case' },
      { ...policy, type: 'policy-resume', because: 'criteria' },
    ),
  },
);

/** Commands come with times of their own, which need not be in order. */
const usual: readonly RequestCommand[] = [
  { type: 'open', caseId: 'c1', by: 'hand', details: { serviceType: 'home-care' } },
  { type: 'complete', by: 'anna', details: whole },
  { type: 'approve', by: 'ben', approver: 'ben', named: null },
  { type: 'send', broker: 'bo', providers: [standing('prov-a')] },
  {
    type: 'offer',
    offerId: 'o1',
    provider: standing('prov-a'),
    canStartOn: '2026-12-01',
    weeklyPrice: 450,
    notes: null,
  },
  { type: 'confirm-offer', offerId: 'o1' },
];
const end: fc.Arbitrary<RequestCommand> = fc.constantFrom<RequestCommand>(
  { type: 'withdraw', reason: 'r' },
  { type: 'claim', broker: 'bo' },
);
const hours = fc.integer({ min: 0, max: 500 });
const histories = fc
  .tuple(
    fc.constantFrom(0, 3, 5, 6, 6, 6),
    fc.array(fc.tuple(command, hours), { minLength: 20, maxLength: 60, size: 'max' }),
    fc.tuple(end, hours),
  )
  .map(([first, then, last]) => [...usual.slice(0, first).map((each, hour) => [each, hour] as const), ...then, last]);
const instant = (hours: number): string => new Date(Date.UTC(2026, 10, 1) + hours * 3_600_000).toISOString();

const offersIn = (state: RequestState): ReadonlyMap<string, OfferState> =>
  new Map(isOpened(state) ? stageOf(state).offers.map((offer) => [offer.offerId, offer.state]) : []);

const settled: readonly OfferState[] = ['withdrawn', 'closed', 'failed'];

describe('any history of commands', () => {
  it('leaves one award at most, settled offers settled, and a clock that never runs backwards', () => {
    let awards = 0;
    fc.assert(
      fc.property(histories, (history) => {
        let state = requestDecider.initialState;
        let revision = 0;
        const taken = new Set<string>();
        for (const [given, hour] of history) {
          if (given.type === 'offer' && taken.has(given.offerId)) continue;
          const decision = requestDecider.decide(given, state);
          if (!decision.ok) continue;
          const before = state;
          for (const event of decision.events) {
            const told: Told = { ...(event as RequestEvent), at: instant(hour) };
            const [written] = recorded([told]);
            if (!written) throw new Error('Nothing was recorded.');
            state = requestDecider.evolve(state, { ...written, revision: revision++ });
            if (event.type === 'OfferReceived') taken.add(event.data.offerId);
            if (event.type === 'PlacementAwarded') awards += 1;
          }
          holds(before, state);
        }
      }),
      { numRuns: 300, seed: 91 },
    );
    // The histories must reach what they are about.
    expect(awards).toBeGreaterThan(30);
  });
});

const holds = (before: RequestState, after: RequestState): void => {
  if (!isOpened(after)) return;
  const stage = stageOf(after);
  const awarded = stage.offers.filter((offer) => offer.state === 'awarded');
  const hasAward = stage.status === 'awarded' || stage.status === 'started';
  expect(awarded.map((offer) => offer.offerId)).toEqual(hasAward ? [stage.award.offerId] : []);
  const now = offersIn(after);
  for (const [id, state] of offersIn(before)) if (settled.includes(state)) expect(now.get(id)).toBe(state);
  if (stage.status === 'offered')
    expect(stage.offers.some((offer) => ['provisional', 'confirmed'].includes(offer.state))).toBe(true);
  if (hasAward) expect(stage.offers.every((offer) => !['provisional', 'confirmed'].includes(offer.state))).toBe(true);
  const clock = clockOf(after, { 'home-care': 24 }, instant(600));
  expect(clock.pausedHours).toBeGreaterThanOrEqual(0);
  if (clock.startedAt && clock.dueAt)
    expect(Date.parse(clock.dueAt)).toBeGreaterThanOrEqual(Date.parse(clock.startedAt));
};

import type { Decision, Refusal } from '#libs/event-store/decider.js';
import type { RequestEvent } from '#libs/contracts/brokerage/request-events.js';
import { beingSourced, evenPaused, heldByAnother, offerNotFound, workable } from './refusals.js';
import type {
  ActOnOffer,
  ApproveOffer,
  ClaimRequest,
  ReceiveOffer,
  RecordResponse,
  SendRequest,
} from './request-commands.js';
import type { Offer, RequestState, Stage } from './request-state.js';
import { refusalOfStatus } from './standing.js';

type Decided = Decision<RequestEvent>;
const nothing: Decided = { ok: true, events: [] };

/** Holding a request keeps other brokers from it; claiming one's own again changes nothing. */
export const claim = (command: ClaimRequest, state: RequestState): Decided => {
  const on = evenPaused(state);
  if (!on.ok) return on;
  const refused = heldByAnother(on.stage, command.broker);
  if (refused) return refused;
  const holder = command.type === 'claim' ? command.broker : null;
  if (on.stage.broker === holder) return nothing;
  return { ok: true, events: [{ type: 'RequestClaimed', data: { broker: holder } }] };
};

/** Asks providers, in waves so that none are flooded; one that is blocked refuses the whole wave. */
export const send = (command: SendRequest, state: RequestState): Decided => {
  const on = workable(state);
  if (!on.ok) return on;
  const refused = beingSourced(on.stage) ?? heldByAnother(on.stage, command.broker) ?? firstBlocked(command);
  if (refused) return refused;
  const wave = command.wave ?? Math.max(0, ...on.stage.sent.map((sent) => sent.wave)) + 1;
  const providerIds = [...new Set(command.providers.map((provider) => provider.providerId))];
  return { ok: true, events: [{ type: 'RequestSentToProviders', data: { wave, providerIds } }] };
};

const firstBlocked = (command: SendRequest): Refusal | null => {
  const refusals = command.providers.map(refusalOfStatus).filter((refusal) => refusal !== null);
  const first = refusals[0];
  if (!first) return null;
  return { ...first, details: { ...first.details, refused: refusals.map((refusal) => refusal.details) } };
};

/** What a provider said; also what a broker heard on the telephone. Taken during a pause too. */
export const respond = (command: RecordResponse, state: RequestState): Decided => {
  const on = evenPaused(state);
  if (!on.ok) return on;
  const refused = beingSourced(on.stage);
  if (refused) return refused;
  const { providerId, response, reason } = command;
  if (response === 'interested') return { ok: true, events: [{ type: 'ProviderInterested', data: { providerId } }] };
  return { ok: true, events: [{ type: 'ProviderDeclined', data: { providerId, reason } }] };
};

/** An offer is provisional first. Its flags compare the price with the floor and the ceiling of that day. */
export const offer = (command: ReceiveOffer, state: RequestState): Decided => {
  const on = workable(state);
  if (!on.ok) return on;
  const refused = beingSourced(on.stage) ?? refusalOfStatus(command.provider);
  if (refused) return refused;
  const { offerId, provider, canStartOn, weeklyPrice, notes } = command;
  const ceiling = on.stage.details.weeklyCeiling ?? null;
  const flags = [
    ...(provider.minimumPrice !== null && weeklyPrice < provider.minimumPrice
      ? (['below-minimum-price'] as const)
      : []),
    ...(ceiling !== null && weeklyPrice > ceiling ? (['above-ceiling'] as const) : []),
  ];
  return {
    ok: true,
    events: [
      {
        type: 'OfferReceived',
        data: { offerId, providerId: provider.providerId, canStartOn, weeklyPrice, notes, flags },
      },
    ],
  };
};

/** The provider stands by its offer. Said twice, it changes nothing. */
export const confirmOffer = (command: ActOnOffer, state: RequestState): Decided => {
  const on = workable(state);
  if (!on.ok) return on;
  const found = offerOf(on.stage, command.offerId);
  if (!found) return offerNotFound;
  if (found.state === 'confirmed') return nothing;
  if (found.state !== 'provisional') return offerIs(found, 'confirmed');
  return { ok: true, events: [{ type: 'OfferConfirmed', data: { offerId: found.offerId } }] };
};

/** The provider takes its offer back, during a pause too. An award is not an offer any more: it fails. */
export const withdrawOffer = (command: ActOnOffer, state: RequestState): Decided => {
  const on = evenPaused(state);
  if (!on.ok) return on;
  const found = offerOf(on.stage, command.offerId);
  if (!found) return offerNotFound;
  if (found.state === 'withdrawn') return nothing;
  if (found.state !== 'provisional' && found.state !== 'confirmed') return offerIs(found, 'withdrawn');
  return { ok: true, events: [{ type: 'OfferWithdrawn', data: { offerId: found.offerId, because: 'provider' } }] };
};

/** A price above the ceiling needs somebody's word before it can be awarded. */
export const approveOffer = (command: ApproveOffer, state: RequestState): Decided => {
  const on = workable(state);
  if (!on.ok) return on;
  const found = offerOf(on.stage, command.offerId);
  if (!found) return offerNotFound;
  if (found.state !== 'provisional' && found.state !== 'confirmed') return offerIs(found, 'approved');
  if (!found.flags.includes('above-ceiling')) {
    return {
      ok: false,
      code: 'offer.approval-not-needed',
      message: 'Only an offer above the ceiling needs an approval; this one is not.',
    };
  }
  if (found.approval) return nothing;
  const { offerId, approver, by } = command;
  return { ok: true, events: [{ type: 'OfferApproved', data: { offerId, approver, approvedBy: by } }] };
};

export const offerOf = (stage: Stage, offerId: string): Offer | undefined =>
  stage.offers.find((candidate) => candidate.offerId === offerId);

const offerIs = (found: Offer, wish: string): Refusal => ({
  ok: false,
  code: `offer.${found.state}`,
  message: `The offer is ${found.state}, so it cannot be ${wish}.`,
  details: { offerId: found.offerId, state: found.state },
});

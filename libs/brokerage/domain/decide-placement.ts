import type { Decision, Refusal } from '#libs/event-store/decider.js';
import type { RequestEvent } from '#libs/contracts/brokerage/request-events.js';
import { offerOf } from './decide-sourcing.js';
import { beingSourced, evenPaused, heldByAnother, notFound, offerNotFound, wrongStage, workable } from './refusals.js';
import type { AcknowledgeWithdrawal, AwardPlacement, FailPlacement, StartPlacement } from './request-commands.js';
import { providersOf, stageOf, type Offer, type RequestState } from './request-state.js';
import { refusalOfStatus, type Standing } from './standing.js';

type Decided = Decision<RequestEvent>;

/**
 * One confirmed offer is taken, the others close. Embargo, registration and capacity are looked at again now
 * (`domain.md` §9: "award re-checks embargo + capacity at commit time").
 */
export const award = (command: AwardPlacement, state: RequestState): Decided => {
  const on = workable(state);
  if (!on.ok) return on;
  const { stage } = on;
  const refusedStage = beingSourced(stage) ?? heldByAnother(stage, command.broker);
  if (refusedStage) return refusedStage;
  const offer = offerOf(stage, command.offerId);
  if (!offer) return offerNotFound;
  const refused = notAwardable(offer) ?? refusalOfStatus(command.provider) ?? noCapacity(command.provider);
  if (refused) return refused;
  return {
    ok: true,
    events: [
      {
        type: 'PlacementAwarded',
        data: {
          offerId: offer.offerId,
          providerId: offer.providerId,
          serviceType: stage.details.serviceType,
          startsOn: offer.canStartOn,
          weeklyPrice: offer.weeklyPrice,
          funding: stage.details.funding ?? null,
          reason: command.reason,
          familyChoice: command.familyChoice,
        },
      },
    ],
  };
};

const notAwardable = (offer: Offer): Refusal | null => {
  const details = { offerId: offer.offerId, state: offer.state };
  if (offer.state !== 'confirmed') {
    return {
      ok: false,
      code: 'offer.not-confirmed',
      message: `Only a confirmed offer can be awarded; this one is ${offer.state}.`,
      details,
    };
  }
  if (offer.flags.includes('above-ceiling') && !offer.approval) {
    return {
      ok: false,
      code: 'offer.above-ceiling',
      message: 'The weekly price is above the ceiling of the request; the offer has to be approved first.',
      details,
    };
  }
  return null;
};

/** A provider that never reported has confirmed the offer itself, which is the newer word; one that reported none has not. */
const noCapacity = (provider: Standing): Refusal | null =>
  provider.accepting === 0
    ? {
        ok: false,
        code: 'provider.no-capacity',
        message: `The provider ${provider.providerId} reported that it cannot take anybody for this service now.`,
        details: { providerId: provider.providerId },
      }
    : null;

export const start = (command: StartPlacement, state: RequestState): Decided => {
  const on = workable(state);
  if (!on.ok) return on;
  const refused = heldByAnother(on.stage, command.broker);
  if (refused) return refused;
  if (on.stage.status !== 'awarded') {
    return on.stage.status === 'started'
      ? wrongStage(on.stage, 'request.already-started', 'The care has begun already.')
      : wrongStage(on.stage, 'request.not-awarded', 'Only an awarded placement can start.');
  }
  const { providerId } = on.stage.award;
  return { ok: true, events: [{ type: 'PlacementStarted', data: { providerId, startedOn: command.startedOn } }] };
};

/** The placement fell through, before or after it began: a fact, taken during a pause too. */
export const fail = (command: FailPlacement, state: RequestState): Decided => {
  const on = evenPaused(state);
  if (!on.ok) return on;
  const refused = heldByAnother(on.stage, command.broker);
  if (refused) return refused;
  if (on.stage.status !== 'awarded' && on.stage.status !== 'started') {
    return wrongStage(on.stage, 'request.not-awarded', 'Only an awarded or started placement can fail.');
  }
  const { offerId, providerId } = on.stage.award;
  return { ok: true, events: [{ type: 'PlacementFailed', data: { offerId, providerId, reason: command.reason } }] };
};

/** A provider that was asked says that it knows of the withdrawal; told twice, it changes nothing. */
export const acknowledge = (command: AcknowledgeWithdrawal, state: RequestState): Decided => {
  if (state.status === 'unopened') return notFound;
  const stage = stageOf(state);
  const { providerId, acknowledgedBy } = command;
  if (state.status !== 'withdrawn') {
    return wrongStage(stage, 'request.not-withdrawn', 'There is no withdrawal to acknowledge.');
  }
  if (!providersOf(stage).includes(providerId)) {
    return {
      ok: false,
      code: 'provider.not-asked',
      message: 'This provider was not asked for this request, so there is nothing for it to acknowledge.',
      details: { providerId },
    };
  }
  if (stage.receipts.some((receipt) => receipt.providerId === providerId && receipt.at >= state.at)) {
    return { ok: true, events: [] };
  }
  return { ok: true, events: [{ type: 'WithdrawalAcknowledged', data: { providerId, acknowledgedBy } }] };
};

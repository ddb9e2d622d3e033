import type { Decision } from '#libs/event-store/decider.js';
import type { RequestEvent } from '#libs/contracts/brokerage/request-events.js';
import { offerOf } from './decide-sourcing.js';
import type { PolicyCommand } from './request-commands.js';
import { isLive, stageOf, type RequestState } from './request-state.js';

type Decided = Decision<RequestEvent>;
const nothing: Decided = { ok: true, events: [] };

/**
 * What policies do to a request. They reconcile: what already is as it should be, or does not fit any more because
 * somebody was faster, is left alone without a refusal.
 */
export const byPolicy = (command: PolicyCommand, state: RequestState): Decided => {
  if (state.status === 'unopened') return nothing;
  const { eventId, occurredAt } = command;
  const stage = stageOf(state);
  switch (command.type) {
    case 'policy-change': {
      if (state.status === 'withdrawn' || stage.status !== 'draft') return nothing;
      const { serviceType, answers } = command;
      const data = { details: { serviceType }, because: 'pathway-changed', answers } as const;
      return { ok: true, events: [{ type: 'RequestChanged', data, occurredAt, eventId }] };
    }
    case 'policy-pause': {
      const { because } = command;
      // Care that has begun goes on, and a withdrawn request has nothing to pause.
      if (state.status === 'withdrawn' || stage.status === 'started') return nothing;
      if (state.status === 'paused' && state.causes.includes(because)) return nothing;
      return { ok: true, events: [{ type: 'RequestPaused', data: { because }, occurredAt, eventId }] };
    }
    case 'policy-resume': {
      const { because } = command;
      if (state.status !== 'paused' || !state.causes.includes(because)) return nothing;
      return { ok: true, events: [{ type: 'RequestResumed', data: { because }, occurredAt, eventId }] };
    }
    case 'policy-withdraw': {
      if (state.status === 'withdrawn') return nothing;
      const data = { because: command.because, reason: null };
      return { ok: true, events: [{ type: 'RequestWithdrawn', data, occurredAt, eventId }] };
    }
    case 'policy-reinstate': {
      // What a hand withdrew, only a hand opens anew.
      if (state.status !== 'withdrawn' || state.because === 'hand') return nothing;
      return {
        ok: true,
        events: [{ type: 'RequestReinstated', data: { undoes: state.because }, occurredAt, eventId }],
      };
    }
    case 'embargo-offer': {
      const offer = offerOf(stage, command.offerId);
      if (!offer || !isLive(offer)) return nothing;
      const data = { offerId: offer.offerId, because: 'embargo' } as const;
      return { ok: true, events: [{ type: 'OfferWithdrawn', data, occurredAt, eventId }] };
    }
    case 'flag-award': {
      const { providerId, status } = command;
      if (stage.status !== 'awarded' || stage.award.providerId !== providerId) return nothing;
      if (stage.award.flaggedFor === status) return nothing;
      return { ok: true, events: [{ type: 'AwardFlagged', data: { providerId, status }, occurredAt, eventId }] };
    }
  }
};

import type { Decider, Decision } from '#libs/event-store/decider.js';
import type { RequestEvent } from '#libs/contracts/brokerage/request-events.js';
import { approve, complete, open, withdraw } from './decide-drafting.js';
import { acknowledge, award, fail, start } from './decide-placement.js';
import { byPolicy } from './decide-policy.js';
import { approveOffer, claim, confirmOffer, offer, respond, send, withdrawOffer } from './decide-sourcing.js';
import type { RequestCommand } from './request-commands.js';
import { evolve } from './request-evolve.js';
import type { RequestState } from './request-state.js';

const decide = (command: RequestCommand, state: RequestState): Decision<RequestEvent> => {
  switch (command.type) {
    case 'open':
      return open(command, state);
    case 'complete':
      return complete(command, state);
    case 'approve':
      return approve(command, state);
    case 'claim':
    case 'release':
      return claim(command, state);
    case 'send':
      return send(command, state);
    case 'respond':
      return respond(command, state);
    case 'offer':
      return offer(command, state);
    case 'confirm-offer':
      return confirmOffer(command, state);
    case 'withdraw-offer':
      return withdrawOffer(command, state);
    case 'approve-offer':
      return approveOffer(command, state);
    case 'award':
      return award(command, state);
    case 'start':
      return start(command, state);
    case 'fail':
      return fail(command, state);
    case 'withdraw':
      return withdraw(command, state);
    case 'acknowledge':
      return acknowledge(command, state);
    default:
      return byPolicy(command, state);
  }
};

/** A request for care, from its draft to the care that began (`domain.md` §9, `api.md` Brokerage). */
export const requestDecider: Decider<RequestState, RequestCommand, RequestEvent> = {
  initialState: { status: 'unopened' },
  decide,
  evolve,
};

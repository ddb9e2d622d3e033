import type { Refusal } from '#libs/event-store/decider.js';
import type { RequestState, Stage } from './request-state.js';

export const notFound: Refusal = {
  ok: false,
  kind: 'not-found',
  code: 'request.not-found',
  message: 'There is no placement request with this id.',
};

export const offerNotFound: Refusal = {
  ok: false,
  kind: 'not-found',
  code: 'offer.not-found',
  message: 'There is no offer with this id on this request.',
};

export const withdrawn: Refusal = {
  ok: false,
  code: 'request.withdrawn',
  message: 'The request is withdrawn, so nothing more can be done on it.',
};

export const paused: Refusal = {
  ok: false,
  code: 'request.paused',
  message: 'The request is paused; sourcing goes on when the case is resumed.',
};

/** The stage does not allow what was asked: says what it is and what it would have to be. */
export const wrongStage = (stage: Stage, code: string, message: string): Refusal => ({
  ok: false,
  code,
  message,
  details: { state: stage.status },
});

/** Two brokers cannot hold one request: who does not hold it does not act on it while another does. */
export const heldByAnother = (stage: Stage, broker: string): Refusal | null =>
  stage.broker === null || stage.broker === broker
    ? null
    : {
        ok: false,
        code: 'request.held-by-another',
        message: 'Another broker holds this request; it has to be released first.',
        details: { broker: stage.broker },
      };

export type Workable = { readonly ok: true; readonly stage: Stage } | Refusal;

/** The stage to work on: there is none before it is opened, once withdrawn, or while paused. */
export const workable = (state: RequestState): Workable => (state.status === 'paused' ? paused : evenPaused(state));

/** Facts that a pause does not keep from being recorded: who holds it, what a provider says, a failure. */
export const evenPaused = (state: RequestState): Workable => {
  if (state.status === 'unopened') return notFound;
  if (state.status === 'withdrawn') return withdrawn;
  return { ok: true, stage: state.status === 'paused' ? state.before : state };
};

export const beingSourced = (stage: Stage): Refusal | null => {
  switch (stage.status) {
    case 'approved':
    case 'sourcing':
    case 'offered':
      return null;
    case 'draft':
    case 'complete':
      return wrongStage(stage, 'request.not-approved', 'The request has to be approved before providers are asked.');
    case 'awarded':
    case 'started':
      return wrongStage(
        stage,
        'request.already-awarded',
        'The request is awarded already; only one award stands at a time.',
      );
  }
};

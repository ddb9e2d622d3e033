import type { HuddleEvent } from '#libs/contracts/discharge/case-events.js';
import type { Decider, Decision, Recorded, Refusal } from '#libs/event-store/decider.js';

type Reviewed = Extract<HuddleEvent, { readonly type: 'CaseReviewed' }>['data'];

/** A decision about one case, as minuted. Texts stay sealed under the key of the person they are about. */
export interface Review extends Omit<Reviewed, 'casePersonId'> {
  readonly at: string;
  readonly by: string;
}

export type Huddle =
  | { readonly status: 'not-started' }
  | {
      readonly status: 'running' | 'finished';
      readonly hospital: string | null;
      readonly startedAt: string;
      readonly startedBy: string;
      readonly finishedAt: string | null;
      readonly reviews: readonly Review[];
    };

export type HuddleCommand =
  | { readonly type: 'start'; readonly hospital: string | null }
  | {
      readonly type: 'review';
      /** The case as it is known: null when there is none. */
      readonly found: { readonly caseId: string; readonly personId: string; readonly hospital: string } | null;
      readonly decision: string;
      readonly note: string | null;
    }
  | { readonly type: 'finish' };

const refuse = (code: string, message: string, kind: Refusal['kind'] = 'conflict'): Refusal => ({
  ok: false,
  code,
  message,
  kind,
});
const done = (...events: readonly HuddleEvent[]): Decision<HuddleEvent> => ({ ok: true, events });

const decide = (command: HuddleCommand, huddle: Huddle): Decision<HuddleEvent> => {
  if (command.type === 'start')
    return huddle.status === 'not-started'
      ? done({ type: 'HuddleStarted', data: { hospital: command.hospital } })
      : refuse('huddle.already-started', 'This huddle was started already.');
  if (huddle.status === 'not-started') return refuse('not-found', 'This huddle does not exist.', 'not-found');
  if (huddle.status === 'finished')
    return refuse('huddle.finished', 'This huddle is finished; its minutes are closed. Start a new one.');
  if (command.type === 'finish') return done({ type: 'HuddleFinished', data: {} });
  const { found, decision, note } = command;
  if (!found) return refuse('not-found', 'This case does not exist.', 'not-found');
  if (huddle.hospital !== null && huddle.hospital !== found.hospital)
    return refuse('huddle.other-hospital', 'This huddle is about another hospital than the case.');
  const { caseId, personId: casePersonId } = found;
  return done({ type: 'CaseReviewed', data: { caseId, casePersonId, decision, note } });
};

const evolve = (huddle: Huddle, event: Recorded<HuddleEvent>): Huddle => {
  if (event.type === 'HuddleStarted')
    return {
      status: 'running',
      hospital: event.data.hospital,
      startedAt: event.occurredAt,
      startedBy: event.metadata.actor.id,
      finishedAt: null,
      reviews: [],
    };
  if (huddle.status === 'not-started') return huddle;
  if (event.type === 'HuddleFinished') return { ...huddle, status: 'finished', finishedAt: event.occurredAt };
  const { caseId, decision, note } = event.data;
  const review = { caseId, decision, note, at: event.occurredAt, by: event.metadata.actor.id };
  return { ...huddle, reviews: [...huddle.reviews, review] };
};

/** A huddle runs until it is finished; a case may be reviewed in it more than once. */
export const huddleDecider: Decider<Huddle, HuddleCommand, HuddleEvent> = {
  initialState: { status: 'not-started' },
  decide,
  evolve,
};

import type { Executed, Refusal } from '../event-store/decider.js';
import { Problem } from './problem.js';

/** What a command answers: beside these, the named id of what was made (`caseId`, `delayId`, …). */
export interface Answer {
  readonly id: string;
  readonly revision: number;
  readonly position: string;
}

const statusOf = {
  conflict: 409,
  'not-found': 404,
  invalid: 400,
  forbidden: 403,
  stale: 412,
  unavailable: 503,
} as const;

/** The HTTP side of a refusal. `details.errors` becomes `errors` of the problem document. */
export const problemOfRefusal = (refusal: Refusal): Problem =>
  new Problem(statusOf[refusal.kind ?? 'conflict'], refusal.code, refusal.message, {
    ...(refusal.details ? { details: refusal.details } : {}),
    ...(refusal.kind === 'unavailable' ? { retryAfterSeconds: 2 } : {}),
  });

/** Turns what a command did into its answer, and throws the `Problem` of a refusal. The ETag is set from `revision`. */
export function answer<S>(executed: Executed<S>): Answer;
export function answer<S, X extends object>(executed: Executed<S>, extra: X | ((state: S) => X)): Answer & X;
export function answer<S>(executed: Executed<S>, extra: object | ((state: S) => object) = {}): Answer {
  if (!executed.ok) throw problemOfRefusal(executed);
  const more = typeof extra === 'function' ? extra(executed.state) : extra;
  return { id: executed.id, revision: executed.revision, position: executed.position, ...more };
}

import { scopeOf } from '#libs/access/scope.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { Problem } from '#libs/platform/problem.js';

/** A question held to what the user may see: another hospital asked for is refused, not answered with nothing. */
export const within = <Q extends { hospital?: string }>(query: Q, user: SignedIn): Q => {
  const own = scopeOf(user);
  if (own === undefined) return query;
  if (query.hospital !== undefined && query.hospital !== own) throw notYours();
  return { ...query, hospital: own };
};

export const mustSee = (user: SignedIn, hospital: string): void => {
  const own = scopeOf(user);
  if (own !== undefined && own !== hospital) throw notYours();
};

const notYours = (): Problem =>
  new Problem(403, 'not-your-organisation', 'Your role sees the people of its own hospital only.');

import type { SignedIn } from '#libs/access/signed-in.js';
import { Problem } from '#libs/platform/problem.js';
import { definitionOf } from '../domain/definitions.js';
import type { AskedFor, Filters } from './question.js';

/** Who sees only their own organisation's figures is held to it: a ward to its hospital, a provider to its awards, responses and episodes. */
export const ownFilters = (user: SignedIn, id: string, asked: AskedFor): Partial<Filters> => {
  if (user.grant !== 'own') return {};
  if (user.role === 'provider') {
    const definition = definitionOf(id);
    if (definition && !definition.groupBy.includes('provider'))
      throw new Problem(403, 'metric.not-own', 'A provider sees the figures of its own placements and episodes only.');
    return { provider: user.organisation };
  }
  if (asked.hospital !== undefined && asked.hospital !== user.organisation)
    throw new Problem(403, 'metric.not-own', 'Only the figures of your own hospital are open to you.');
  return { hospital: user.organisation };
};

/** People behind figures: the reablement team sees those of its own cohort (api.md, "Who may do what"). */
export const refuseOtherPeople = (user: SignedIn, id: string): void => {
  if (user.grant === 'own' && definitionOf(id)?.area !== 'reablement')
    throw new Problem(403, 'metric.not-own', 'Only the people behind the figures of reablement are open to you.');
};

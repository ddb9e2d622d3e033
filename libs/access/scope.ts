import type { SignedIn } from './signed-in.js';

/** The one organisation a caller is held to, or undefined for all: *own* means of their own only (api.md, "Who may do what"). */
export const scopeOf = ({ grant, organisation }: Pick<SignedIn, 'grant' | 'organisation'>): string | undefined =>
  grant === 'own' ? organisation : undefined;

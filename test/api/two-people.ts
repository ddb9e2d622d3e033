import type { ApiClient } from '../support/api-client.js';
import { ago, ok, somebody, type Json, type Person } from './ward-message.js';

/** Two people, the first with a second visit: whom a history is about. */
export interface Cast {
  readonly ada: Person;
  readonly bob: Person;
  readonly again: Person;
  /** Not heard of before: what Bob's local id should have been. */
  readonly right: string;
}
export const cast = (): Cast => {
  const [ada, bob, other] = [somebody(), somebody(), somebody()];
  return { ada, bob, again: { ...ada, visit: other.visit }, right: `R${other.local}` };
};
export type Name = 'ada' | 'bob' | 'again';

export const referral = (who: Person): Json => ({
  person: {
    nhsNumber: who.nhs,
    familyName: 'Test',
    givenNames: 'Ada',
    birthDate: who.birthDate,
    sex: 'F',
    postcode: 'N12 0AA',
  },
  hospital: 'RAL',
  homeAuthority: 'Barnet',
  needs: { summary: 'x' },
  involvement: { person: 'y' },
  referredBy: 'Sister',
  occurredAt: ago(9, 12),
});

/** What differs from one to the next, when it was written, what was done on the way, and details that a stay nobody referred does not keep. */
const hidden = new Set(
  'updatedAt revision position asOf knownAt caseId stayId name nhsNumber familyName givenNames postcode eventId pauses mergeId'.split(
    ' ',
  ),
);
/** Ids are told apart and nothing else: by where they first stand. */
const comparable = (value: unknown): unknown => {
  const ids: string[] = [];
  const named = (one: unknown, key: string): unknown => {
    if (hidden.has(key)) return undefined;
    if ((key === 'personId' || key === 'mergedInto') && typeof one === 'string') {
      if (!ids.includes(one)) ids.push(one);
      return ids.indexOf(one);
    }
    if (Array.isArray(one)) return one.map((inner) => named(inner, ''));
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([inner, it]) => [inner, named(it, inner)]));
  };
  return named(value, '');
};

export interface Played {
  readonly stayIds: Readonly<Partial<Record<Name, string>>>;
  readonly caseId: string;
  readonly order: string;
}

export const seen = async (idt: ApiClient, { stayIds, caseId }: Played, rows: readonly Json[]): Promise<unknown> => {
  const names = (['ada', 'bob', 'again'] as const).filter((name) => stayIds[name] !== undefined);
  const stays = await Promise.all(
    names.map(async (name) => [name, ok(await idt.get(`/stays/${stayIds[name] ?? ''}`)).json]),
  );
  const found = ok(await idt.get(`/cases/${caseId}`)).json;
  const linked = names.find((name) => stayIds[name] === found['stayId']) ?? null;
  return comparable({ stays, linked, case: found, row: rows.find((one) => one['caseId'] === caseId) ?? null });
};

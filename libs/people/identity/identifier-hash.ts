import { createHmac, type KeyObject } from 'node:crypto';
import { parseNhsNumber } from '../../nhs/nhs-number.js';
import type { Identifier, PersonId } from '../port.js';

export type IdentifierKind = 'nhs-number' | 'local';

/** An identifier as it may be kept: a keyed hash, 128 bits of HMAC-SHA-256. */
export interface Hashed {
  readonly hash: string;
  readonly kind: IdentifierKind;
  readonly verified: boolean;
}

/** Identifiers that came together, each once, in the order of their hashes. */
export interface Sight {
  readonly numbers: readonly Hashed[];
  readonly locals: readonly Hashed[];
}

const hmac = (key: KeyObject, parts: readonly string[]): string =>
  createHmac('sha256', key).update(JSON.stringify(parts)).digest('hex').slice(0, 32);

const hashOf = (key: KeyObject, identifier: Identifier): Hashed | undefined => {
  if (identifier.kind === 'nhs-number') {
    const number = parseNhsNumber(identifier.value);
    // What is no NHS number identifies nobody; the sender hears of it from intake.
    return number.ok
      ? { kind: 'nhs-number', hash: hmac(key, ['nhs-number', number.value]), verified: identifier.verified }
      : undefined;
  }
  const [authority, type, value] = [identifier.authority.trim(), identifier.type.trim(), identifier.value.trim()];
  return value === ''
    ? undefined
    : { kind: 'local', hash: hmac(key, ['local', authority, type, value]), verified: false };
};

/** What can identify somebody, hashed. */
export const sightOf = (key: KeyObject, identifiers: readonly Identifier[]): Sight => {
  const byHash = new Map<string, Hashed>();
  for (const identifier of identifiers) {
    const hashed = hashOf(key, identifier);
    if (hashed)
      byHash.set(hashed.hash, { ...hashed, verified: hashed.verified || byHash.get(hashed.hash)?.verified === true });
  }
  const sorted = [...byHash.values()].sort((a, b) => (a.hash < b.hash ? -1 : 1));
  return {
    numbers: sorted.filter(({ kind }) => kind === 'nhs-number'),
    locals: sorted.filter(({ kind }) => kind === 'local'),
  };
};

const prefixes = { 'nhs-number': 'n', local: 'l' } as const;

/**
 * The person id that an identifier has of itself: a function of the identifier and the key alone. Which of them stands for the person
 * is worked out from all sights (`partition.ts`), so every id ever given out can always be resolved.
 */
export const personIdOf = ({ kind, hash }: Pick<Hashed, 'kind' | 'hash'>): PersonId => `${prefixes[kind]}${hash}`;

/** The identifier behind a person id; undefined for what was never given out by us. */
export const identifierOf = (personId: PersonId): { kind: IdentifierKind; hash: string } | undefined => {
  const match = /^([nl])([0-9a-f]{32})$/.exec(personId);
  const hash = match?.[2];
  return hash === undefined ? undefined : { kind: match?.[1] === 'n' ? 'nhs-number' : 'local', hash };
};

export const aliasStream = (hash: string): string => `alias-${hash}`;
export const personStream = (personId: PersonId): string => `person-${personId}`;

import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import { v7 } from 'uuid';

/**
 * Ids of a request that carries an `Idempotency-Key` are a function of that key: when the process dies between the append
 * and the answer, the repeat makes the same event ids, and the log recognises them.
 */
const replayable = new AsyncLocalStorage<{ readonly seed: string; next: number }>();

/** A new id: UUIDv7, so that ids made later sort later. Fits `[A-Za-z0-9_-]{1,64}`. */
export const newId = (): string => {
  const sequence = replayable.getStore();
  return sequence ? deterministicId('replayable', sequence.seed, String(sequence.next++)) : v7();
};

/** The next id of a replayable request; `undefined` outside one. */
export const replayableId = (): string | undefined => (replayable.getStore() ? newId() : undefined);

/** Runs `work` so that the ids it makes, one after another, depend on nothing but `seed`. */
export const withReplayableIds = <T>(seed: string, work: () => T): T => replayable.run({ seed, next: 0 }, work);

/** Runs `work` outside any replayable request, also when one set it off. */
export const withOwnIds = <T>(work: () => T): T => replayable.exit(work);

/** The same parts give the same id, for ever: SHA-256 shaped as a UUID (version 8). */
export const deterministicId = (...parts: string[]): string => {
  const bytes = createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};

/** Ids as callers may write them (`api.md`, Conventions). */
export const idPattern = /^[A-Za-z0-9_-]{1,64}$/;

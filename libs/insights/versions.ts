import { createHash } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { Instant } from '#libs/nhs/index.js';
import { prepared } from '#libs/platform/prepared.js';

export interface Version<T> {
  readonly version: number;
  readonly knownFrom: Instant;
  knownUntil: Instant | null;
  readonly row: T;
}

/** The last version that was written of a row, and the hash of what it said; null = it counts no more. */
export interface Written {
  readonly version: number;
  readonly hash: string | null;
}

export const hashOf = (value: object): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22);

/** The versions of bitemporal rows that one page of the log makes and ends. */
export class Versions<T> {
  readonly #made = new Map<string, Version<T>>();
  /** Versions in the table that hold no longer. */
  readonly closed: { readonly key: readonly string[]; readonly version: number; readonly knownUntil: Instant }[] = [];

  get made(): readonly Version<T>[] {
    return [...this.#made.values()];
  }

  /** Ends the version that held until now (in memory when this page made it, else in the table) and makes the next one, if there is anything to say. */
  write(key: readonly string[], last: Written, row: T | null, hash: string | null, at: Instant): Written {
    const placeOf = (version: number): string => JSON.stringify([...key, version]);
    if (last.hash !== null) {
      const own = this.#made.get(placeOf(last.version));
      if (own) own.knownUntil = at;
      else this.closed.push({ key, version: last.version, knownUntil: at });
    }
    const version = row === null ? last.version : last.version + 1;
    if (row !== null) this.#made.set(placeOf(version), { version, knownFrom: at, knownUntil: null, row });
    return { version, hash };
  }
}

/** Sends a statement that takes its rows as one JSON list, `$1`, if there are any. */
export const put = async (tx: PoolClient, sql: string, rows: readonly object[]): Promise<void> => {
  if (rows.length > 0) await tx.query(prepared(sql, [JSON.stringify(rows)]));
};

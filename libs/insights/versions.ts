import { hash } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { Instant } from '#libs/nhs/index.js';
import { listStatement, type ListStatement } from '#libs/platform/row-list.js';

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

export const hashOf = (value: object): string => hash('sha256', JSON.stringify(value), 'base64url').slice(0, 22);

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

/**
 * Sends statements that each take a list of rows, one after the other: while the database works on one, the next is made ready.
 * `done` must be awaited before anything else is sent.
 */
export class Writing {
  #sent: Promise<unknown> = Promise.resolve();

  constructor(private readonly tx: PoolClient) {}

  /** Nothing is sent where there are no rows. */
  async put(into: ListStatement, rows: readonly object[]): Promise<void> {
    if (rows.length === 0) return;
    const statement = into.with(rows);
    await this.#sent;
    this.#sent = this.tx.query(statement);
    // Told by whoever waits for it.
    this.#sent.catch(() => undefined);
  }

  async done(): Promise<void> {
    await this.#sent;
  }
}

/** A column of a table of versions: its name, its type and the field of the row it holds. */
export type VersionColumn = readonly [name: string, type: string, field: string];

/** How versions are written into their table. */
export interface VersionTable {
  readonly key: readonly string[];
  readonly columns: readonly VersionColumn[];
  readonly end: ListStatement;
  readonly make: ListStatement;
}

/** `key`: the columns, with their types, that the key of `write` names in this order. */
export const versionTable = (
  table: string,
  key: readonly (readonly [name: string, type: string])[],
  columns: readonly VersionColumn[],
): VersionTable => {
  const typed = (of: readonly (readonly [string, string, ...unknown[]])[]): string =>
    of.map(([name, type]) => `${name} ${type}`).join(', ');
  const names = `${columns.map(([name]) => name).join(', ')}, version, known_from, known_until`;
  return {
    key: key.map(([name]) => name),
    columns,
    end: listStatement(
      `${typed(key)}, version integer, known_until timestamptz`,
      (rows) => `UPDATE ${table} f SET known_until = r.known_until FROM ${rows} AS r
        WHERE ${key.map(([name]) => `f.${name} = r.${name}`).join(' AND ')} AND f.version = r.version`,
    ),
    make: listStatement(
      `${typed(columns)}, version integer, known_from timestamptz, known_until timestamptz`,
      (rows) => `INSERT INTO ${table} (${names}) SELECT ${names} FROM ${rows} AS r`,
    ),
  };
};

/** Writes what a page made and ended into its table. */
export const saveVersions = async <T extends object>(
  writing: Writing,
  { made, closed }: Versions<T>,
  { key, columns, end, make }: VersionTable,
): Promise<void> => {
  await writing.put(
    end,
    closed.map((each) => ({
      ...Object.fromEntries(key.map((name, at) => [name, each.key[at]])),
      ...{ version: each.version, known_until: each.knownUntil },
    })),
  );
  await writing.put(
    make,
    made.map(({ row, version, knownFrom, knownUntil }) => {
      const fields = row as Readonly<Record<string, unknown>>;
      return {
        ...Object.fromEntries(columns.map(([name, , field]) => [name, fields[field]])),
        ...{ version, known_from: knownFrom, known_until: knownUntil },
      };
    }),
  );
};

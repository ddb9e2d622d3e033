import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import type { Database } from '../../platform/database.js';
import { BoundedMap } from '../../platform/bounded-map.js';
import { decrypt, encrypt, fingerprintOf, keyBytes } from './cipher.js';

/** No key was ever made for this person. */
const noKey = 'none';

interface KeyRow {
  readonly person_id: string;
  readonly wrapped: Buffer | null;
  readonly master_key_id: string | null;
  readonly fingerprint: string;
}

export const masterKeyIdOf = (masterKey: Buffer): string => fingerprintOf('master-key', masterKey);

/** Held in memory: more spares the database, less holds fewer keys at once. 32 bytes each. */
const heldKeys = 20_000;

/**
 * One AES key per person, wrapped by the master key. Made at first use; once destroyed never made again.
 */
export class DataKeys {
  readonly #held = new BoundedMap<KeyObject>(heldKeys);
  readonly #masterKey: KeyObject;
  readonly #masterKeyId: string;

  constructor(
    private readonly database: Database,
    masterKey: Buffer,
  ) {
    this.#masterKey = createSecretKey(masterKey);
    this.#masterKeyId = masterKeyIdOf(masterKey);
  }

  /** The person's key, made if there is none; null for an erased person. Two processes asking at once get the same key. */
  async obtain(personId: string): Promise<KeyObject | null> {
    const held = this.#held.get(personId);
    if (held) return held;
    const known = (await this.#load([personId])).get(personId);
    if (known !== undefined) return known;
    const key = randomBytes(keyBytes);
    await this.database.query(
      `INSERT INTO people.data_keys (person_id, wrapped, master_key_id, fingerprint) VALUES ($1, $2, $3, $4)
       ON CONFLICT (person_id) DO NOTHING`,
      [personId, encrypt(this.#masterKey, personId, key), this.#masterKeyId, fingerprintOf('data-key', key)],
    );
    // Whoever came first: the table says which key it is.
    return (await this.#load([personId])).get(personId) ?? null;
  }

  /** The keys there are; who has none or is erased is not in the answer. */
  async find(personIds: Iterable<string>): Promise<ReadonlyMap<string, KeyObject>> {
    const found = new Map<string, KeyObject>();
    const missing: string[] = [];
    for (const personId of new Set(personIds)) {
      const held = this.#held.get(personId);
      if (held) found.set(personId, held);
      else missing.push(personId);
    }
    if (missing.length > 0) for (const [personId, key] of await this.#load(missing)) if (key) found.set(personId, key);
    return found;
  }

  /** Somebody was erased under one of these ids. */
  async anyErased(personIds: readonly string[]): Promise<boolean> {
    const { rows } = await this.database.query(
      'SELECT 1 FROM people.data_keys WHERE person_id = ANY ($1) AND wrapped IS NULL',
      [personIds],
    );
    return rows.length > 0;
  }

  /** Destroys the key for good and answers its fingerprint, the same every time. Who had no key gets none later. */
  async destroy(personId: string): Promise<string> {
    const { rows } = await this.database.query<{ fingerprint: string }>(
      `INSERT INTO people.data_keys AS held (person_id, wrapped, master_key_id, fingerprint, erased_at)
       VALUES ($1, NULL, NULL, $2, now())
       ON CONFLICT (person_id) DO UPDATE
         SET wrapped = NULL, master_key_id = NULL, erased_at = coalesce(held.erased_at, now())
       RETURNING fingerprint`,
      [personId, noKey],
    );
    this.forget(personId);
    return rows[0]?.fingerprint ?? noKey;
  }

  /** Another process destroyed the key. */
  forget(personId: string): void {
    this.#held.delete(personId);
  }

  /** Wraps every key that is under this master key under the next one; to be run again until it answers 0. Answers how many were done. */
  async rewrap(next: Buffer, batch = 500): Promise<number> {
    let done = 0;
    for (;;) {
      const { rows } = await this.database.query<KeyRow>(
        `SELECT person_id, wrapped, master_key_id, fingerprint FROM people.data_keys
          WHERE master_key_id = $1 AND wrapped IS NOT NULL ORDER BY person_id LIMIT $2`,
        [this.#masterKeyId, batch],
      );
      if (rows.length === 0) return done;
      const wrapped = rows.map((row) => encrypt(next, row.person_id, this.#unwrap(row)));
      await this.database.query(
        `UPDATE people.data_keys held SET wrapped = n.wrapped, master_key_id = $3
           FROM unnest($1::text[], $2::bytea[]) n(person_id, wrapped)
          WHERE held.person_id = n.person_id AND held.master_key_id = $4`,
        [rows.map((row) => row.person_id), wrapped, masterKeyIdOf(next), this.#masterKeyId],
      );
      done += rows.length;
    }
  }

  /** Null = erased; missing = never made. */
  async #load(personIds: readonly string[]): Promise<Map<string, KeyObject | null>> {
    const { rows } = await this.database.query<KeyRow>(
      'SELECT person_id, wrapped, master_key_id, fingerprint FROM people.data_keys WHERE person_id = ANY ($1)',
      [personIds],
    );
    const keys = new Map<string, KeyObject | null>();
    for (const row of rows) {
      const key = row.wrapped === null ? null : createSecretKey(this.#unwrap(row));
      keys.set(row.person_id, key);
      if (key) this.#held.set(row.person_id, key);
    }
    return keys;
  }

  #unwrap(row: KeyRow): Buffer {
    const key = row.wrapped && decrypt(this.#masterKey, row.person_id, row.wrapped);
    if (!key)
      throw new Error(
        row.master_key_id === this.#masterKeyId
          ? 'A data key cannot be unwrapped: it was changed in the database.'
          : `A data key is wrapped by another master key (${row.master_key_id ?? 'none'}): MASTER_KEY is not the one in use.`,
      );
    return key;
  }
}

import { createHash } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { Projection } from './port.js';

/**
 * The tables of a projection under the same names in another schema. The projection does not know: in the SQL it sends, the names of
 * its tables (fully qualified, as declared) are replaced. What it writes is thus kept from the live tables, provided it declares every
 * table it writes to.
 */
export class ShadowNames {
  readonly schema: string;
  readonly #ddl: string;
  readonly #names: ReadonlyMap<string, string>;
  readonly #pattern: RegExp;

  constructor(projection: Projection, schema: string) {
    this.schema = schema;
    this.#ddl = projection.ddl;
    this.#names = new Map(projection.tables.map((table) => [table, `${schema}.${plainName(table)}`]));
    if (new Set(this.#names.values()).size !== projection.tables.length) {
      throw new Error(`${projection.name} has two tables of one name in different schemas.`);
    }
    const names = projection.tables.map((table) => table.replace(/[.$]/g, '\\$&'));
    this.#pattern = new RegExp(`(?<![\\w.])(?:${names.join('|')})(?!\\w)`, 'g');
  }

  /** Where a version is built while the one before it answers: always the same place, found again after a restart. */
  static beside(projection: Projection): ShadowNames {
    const name = createHash('sha256').update(projection.name).digest('hex').slice(0, 12);
    return new ShadowNames(projection, `feed_beside_${name}_v${String(projection.version)}`);
  }

  of(table: string): string {
    return this.#names.get(table) ?? table;
  }

  /** Makes the schema with the empty tables. */
  async make(client: PoolClient): Promise<void> {
    await client.query(`CREATE SCHEMA ${this.schema}`);
    await this.client(client).query(this.#ddl);
  }

  /** The client, with the names of the tables replaced in whatever SQL goes through it. */
  client(client: PoolClient): PoolClient {
    const rename = (sql: string): string => sql.replace(this.#pattern, (table) => this.of(table));
    const renamed = (query: unknown): unknown => {
      if (typeof query === 'string') return rename(query);
      if (typeof query !== 'object' || query === null || !('text' in query) || typeof query.text !== 'string') {
        throw new Error('A fold sends its SQL as text.');
      }
      // A prepared statement keeps its text under its name: the shadow's is another one.
      const name = 'name' in query && typeof query.name === 'string' ? { name: `${this.schema} ${query.name}` } : {};
      return { ...query, text: rename(query.text), ...name };
    };
    return new Proxy(client, {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property);
        if (typeof value !== 'function') return value;
        if (property !== 'query') return value.bind(target);
        return (query: unknown, ...rest: unknown[]): unknown => Reflect.apply(value, target, [renamed(query), ...rest]);
      },
    });
  }
}

const plainName = (table: string): string => table.slice(table.indexOf('.') + 1);

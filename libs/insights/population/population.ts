import { Injectable } from '@nestjs/common';
import type { CivilDate, Instant } from '#libs/nhs/index.js';
import { Database } from '#libs/platform/database.js';
import { heldAt, Parameters } from '../figures/sql.js';

export interface Population65 {
  readonly year: number;
  readonly authority: string;
  readonly people: number;
}

/** Of the years set, the latest that is not after the year of the window's last day, else the earliest after it. */
export const yearFor = (years: readonly number[], year: number): number | undefined =>
  [...years].sort((a, b) => b - a).find((each) => each <= year) ?? [...years].sort((a, b) => a - b).at(0);

/** The populations aged 65 or over that admissions are held against. */
@Injectable()
export class Populations {
  constructor(private readonly db: Database) {}

  async list(knownAt: Instant | null = null): Promise<Population65[]> {
    const parameters = new Parameters();
    const { rows } = await this.db.query<Population65>(
      `SELECT year, authority, people FROM insights.population65_v1 p WHERE ${heldAt('p', knownAt, parameters)} ORDER BY year, authority`,
      parameters.values,
    );
    return rows;
  }

  /** By authority, for the year that fits the last day of a window. */
  async of(lastDay: CivilDate, knownAt: Instant | null): Promise<ReadonlyMap<string, number>> {
    const all = await this.list(knownAt);
    const byAuthority = Map.groupBy(all, ({ authority }) => authority);
    return new Map(
      [...byAuthority].flatMap(([authority, entries]) => {
        const year = yearFor(
          entries.map((entry) => entry.year),
          Number(lastDay.slice(0, 4)),
        );
        const entry = entries.find((each) => each.year === year);
        return entry ? [[authority, entry.people] as const] : [];
      }),
    );
  }
}

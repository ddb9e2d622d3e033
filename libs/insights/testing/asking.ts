import type { Pool } from 'pg';
import type { Instant } from '#libs/nhs/index.js';
import { Settings } from '#libs/platform/settings.js';
import type { FigureAnswer } from '../figures/answer.js';
import { Figures } from '../figures/figures.js';
import { LogPosition } from '../figures/log-position.js';
import { PeopleBehind, type PersonBehind } from '../figures/people-behind.js';
import { type AskedFor, type Filters, questionOf } from '../figures/question.js';
import { Populations } from '../population/population.js';
import { PoolDatabase } from './world.js';

class NoLog extends LogPosition {
  override reached(): Promise<string> {
    return Promise.resolve('1');
  }
  override knownBy(): Promise<string> {
    return Promise.resolve('1');
  }
}

/** Asks for figures as the API does, over the tables of a test, at a `now` of the test's own. */
export class Asking {
  readonly #db: PoolDatabase;
  readonly #figures: Figures;

  constructor(
    pool: Pool,
    public now: Instant,
  ) {
    this.#db = new PoolDatabase(pool);
    const log = new NoLog();
    const settings = Object.create(Settings.prototype, {
      council: { value: { code: 'E09000003', name: 'Barnet' } },
    }) as Settings;
    this.#figures = new Figures(this.#db, log, new Populations(this.#db), settings);
  }

  figure(id: string, asked: AskedFor = {}, own: Partial<Filters> = {}): Promise<FigureAnswer> {
    return this.#figures.answer(questionOf(id, asked, this.now, own));
  }

  /** The value, numerator and denominator of a figure, and its groups by key. */
  async counts(id: string, asked: AskedFor = {}): Promise<readonly (number | null)[]> {
    const { value, numerator, denominator } = await this.figure(id, asked);
    return [value, numerator, denominator];
  }

  async groups(id: string, asked: AskedFor = {}): Promise<Readonly<Record<string, readonly (number | null)[]>>> {
    const { groups } = await this.figure(id, asked);
    return Object.fromEntries(groups.map(({ key, numerator, denominator }) => [key, [numerator, denominator]]));
  }

  /** All people behind a figure, page by page. */
  async people(id: string, asked: AskedFor = {}, limit = 500): Promise<PersonBehind[]> {
    const behind = new PeopleBehind(this.#db);
    const question = questionOf(id, asked, this.now);
    const found: PersonBehind[] = [];
    let cursor: string | undefined;
    do {
      const page = await behind.list(question, limit, cursor);
      found.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return found;
  }
}

import { Chance } from '#apps/homeward/demo/chance.js';
import type { Stories } from './record.js';
import type { LogRow, Story, Telling } from './story.js';

export interface PlanOptions {
  readonly stories: Stories;
  readonly events: number;
  /** Over how many days people come in, the last of them today. */
  readonly days: number;
  readonly until: number;
}

const dayMs = 86_400_000;
const seed = 730;
/** In a hundred who leave hospital, so many with the team's support (domain.md §11). */
const supportedInHundred = 15;

interface Told {
  readonly story: Story;
  readonly telling: Telling;
}

/** Which stories are told of whom and when, and the order in which the log holds them: that in which things were known. */
export class Plan {
  readonly #told: readonly Told[];
  readonly #whose: Uint32Array;
  readonly #steps: Uint16Array;

  constructor({ stories, events, days, until }: PlanOptions) {
    const told: Told[] = [];
    const times: number[] = [];
    const whose: number[] = [];
    const steps: number[] = [];
    const chance = new Chance(seed);
    while (times.length < events) {
      const kind = stories[chance.between(1, 100) <= supportedInHundred ? 'supported' : 'alone'];
      const story = kind[chance.between(0, kind.length - 1)];
      if (story === undefined) throw new Error('There are no stories to tell.');
      // Whole days later, so that what happens in the morning happens in the morning.
      const day = chance.between(0, days) * dayMs;
      const laterMs = Math.floor((until - days * dayMs - story.beginsAt) / dayMs) * dayMs + day;
      for (let step = 0; step < story.length; step += 1) {
        const known = story.beginsAt + laterMs + story.knownMs(step);
        // What has not happened yet is not told: these people are where they are today.
        if (known > until) break;
        times.push(known);
        whose.push(told.length);
        steps.push(step);
      }
      told.push({ story, telling: { number: told.length + 1, laterMs } });
    }
    const byTime = Float64Array.from(times);
    const order = Uint32Array.from(times.keys()).sort((a, b) => (byTime[a] ?? 0) - (byTime[b] ?? 0) || a - b);
    this.#told = told;
    this.#whose = Uint32Array.from(order, (at) => whose[at] ?? 0);
    this.#steps = Uint16Array.from(order, (at) => steps[at] ?? 0);
  }

  get length(): number {
    return this.#steps.length;
  }

  /** People, each with one stay. */
  get stays(): number {
    return this.#told.length;
  }

  /** The event at this place of the log, counted from 0. */
  row(at: number): LogRow {
    const told = this.#told[this.#whose[at] ?? -1];
    if (told === undefined) throw new Error('The log has no such place.');
    return told.story.row(told.telling, this.#steps[at] ?? 0);
  }

  /** Everybody whose story holds something personal. */
  *people(): Generator<{ readonly number: number; readonly personId: string }> {
    for (const { story, telling } of this.#told)
      if (story.isPersonal) yield { number: telling.number, personId: story.personIdOf(telling) };
  }
}

import { Injectable } from '@nestjs/common';
import { addDays } from '#libs/nhs/index.js';
import { Database } from '#libs/platform/database.js';
import { encodeCursor, decodeCursor, type List } from '#libs/platform/list.js';
import { shows, type Unit } from '../domain/counting.js';
import { dischargedStays } from './discharged-stays.js';
import { eventsBehind } from './events-behind.js';
import type { Found } from './found.js';
import { comesTogether, judgedUnits, type JudgedUnit } from './judged.js';
import type { Question } from './question.js';

/** One unit of the denominator of a figure, else of its numerator. */
export interface PersonBehind {
  readonly personId: string | null;
  readonly stayId?: string;
  readonly caseId?: string;
  readonly inNumerator: boolean;
  /** Ids of the events behind it. */
  readonly events: readonly string[];
  /** Of a bed day, or of a day of a series. */
  readonly day?: string;
}

interface Place {
  /** The stay to go on after, where stays are read page by page. */
  readonly after: string | null;
  /** How many items to skip behind it. */
  readonly skip: number;
}
const isPlace = (key: unknown): key is Place =>
  typeof key === 'object' &&
  key !== null &&
  'after' in key &&
  (key.after === null || typeof key.after === 'string') &&
  'skip' in key &&
  typeof key.skip === 'number' &&
  Number.isSafeInteger(key.skip) &&
  key.skip >= 0;

interface Item {
  readonly unit: Found<Unit>;
  /** Itself, and those that count once with it: further cases of the same person on the same day. */
  readonly alike: readonly Found<Unit>[];
  readonly inNumerator: boolean;
  readonly day: string | null;
}

const alphabetical = (a: string | null, b: string | null): number =>
  (a ?? '') < (b ?? '') ? -1 : (a ?? '') > (b ?? '') ? 1 : 0;

/** Items of one unit: itself, or, where there is no denominator, as many as it adds to the numerator (a bed day each). */
const itemsOf = ({ unit, judgement }: JudgedUnit, alike: readonly Found<Unit>[], question: Question): Item[] => {
  const { measure, unit: counted } = question.definition;
  if (!shows(measure, judgement)) return [];
  const { numerator } = judgement;
  const own = { unit, alike, inNumerator: measure === 'median' || numerator > 0 };
  if (measure !== 'sum') return [{ ...own, day: null }];
  if (counted === 'bed days' && unit.distinct === undefined)
    return Array.from({ length: numerator }, (_, day) => ({
      ...own,
      day: unit.day === null ? null : addDays(unit.day, day),
    }));
  return [{ ...own, day: unit.day }];
};

/** From a figure to its people, and from them to their events. */
@Injectable()
export class PeopleBehind {
  constructor(private readonly db: Database) {}

  async list(question: Question, limit: number, cursor?: string): Promise<List<PersonBehind>> {
    const place = cursor === undefined ? { after: null, skip: 0 } : decodeCursor(cursor, isPlace);
    const { rule } = question.version;
    const paged = rule.cohort === 'discharged-stays';
    const { items, next } = paged
      ? await this.#byStay(question, limit, place)
      : await this.#inMemory(question, limit, place);
    return { items: await this.#shown(items, question), nextCursor: next === null ? null : encodeCursor(next) };
  }

  /** Half a million stays are not read to show a hundred: batch by batch in the order of their ids. */
  async #byStay(question: Question, limit: number, place: Place): Promise<{ items: Item[]; next: Place | null }> {
    const { rule } = question.version;
    if (rule.cohort !== 'discharged-stays') return { items: [], next: null };
    const batch = Math.max(200, limit * 2);
    const items: Item[] = [];
    let { after, skip } = place;
    for (;;) {
      const wanted = { reads: rule.reads, per: rule.per, single: true, limit: batch };
      const units = await dischargedStays(this.db, question, after === null ? wanted : { ...wanted, after });
      const byStay = [...Map.groupBy(units, ({ stayId }) => stayId ?? '')];
      // A batch that is full may end in the middle of the cases of a stay: that stay is read again.
      const whole = units.length < batch || byStay.length === 1 ? byStay : byStay.slice(0, -1);
      for (const [stayId, ofStay] of whole) {
        const own = ofStay
          .flatMap((unit) => itemsOf({ unit, judgement: rule.judge(unit) }, [unit], question))
          .slice(skip);
        const room = limit - items.length;
        if (own.length > room) {
          items.push(...own.slice(0, room));
          return { items, next: { after, skip: skip + room } };
        }
        items.push(...own);
        after = stayId;
        skip = 0;
      }
      if (units.length < batch) return { items, next: null };
    }
  }

  async #inMemory(question: Question, limit: number, { skip }: Place): Promise<{ items: Item[]; next: Place | null }> {
    const units = [...(await judgedUnits(this.db, question, true))].sort(
      (a, b) =>
        alphabetical(a.unit.attributes.day ?? a.unit.day, b.unit.attributes.day ?? b.unit.day) ||
        alphabetical(a.unit.stayId, b.unit.stayId) ||
        alphabetical(a.unit.caseId, b.unit.caseId),
    );
    const counted = units.filter(({ judgement }) => shows(question.definition.measure, judgement));
    // Units that count once together come as one, in the place of the first.
    const all = [...Map.groupBy(counted, ({ unit }) => unit.distinct ?? unit).values()].flatMap((alike) => {
      const [first] = alike;
      const each = alike.map(({ unit }) => unit);
      return first ? itemsOf(first, each, question) : [];
    });
    const items = all.slice(skip, skip + limit);
    return { items, next: skip + limit < all.length ? { after: null, skip: skip + limit } : null };
  }

  async #shown(items: readonly Item[], question: Question): Promise<PersonBehind[]> {
    const units = items.flatMap(({ alike }) => alike);
    const behind = await eventsBehind(
      this.db,
      {
        stayIds: new Set(units.flatMap(({ stayId }) => stayId ?? [])),
        caseIds: new Set(units.flatMap(({ caseId }) => caseId ?? [])),
        streams: new Set(units.flatMap(({ streams }) => streams)),
      },
      question.knownAt,
      comesTogether(question),
    );
    return items.map(({ unit, alike, inNumerator, day }) => ({
      personId: unit.personId,
      ...(unit.stayId === null ? {} : { stayId: unit.stayId }),
      ...(unit.caseId === null ? {} : { caseId: unit.caseId }),
      inNumerator,
      events: [...new Set(alike.flatMap((each) => behind.of(each)))],
      ...(day === null ? {} : { day }),
    }));
  }
}

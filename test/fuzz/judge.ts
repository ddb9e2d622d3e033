import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stayContracts } from '#libs/contracts/intake/stay-events.js';
import type { Understood, StayNews, Identity } from '#libs/intake/domain/understood.js';
import { evaluate } from '#libs/intake/domain/evaluate.js';
import type { StayFact } from '#libs/intake/domain/stay-fact.js';
import { eventsOf, type Addition, type KnownStay } from '#libs/intake/taking/stay-stream.js';
import { EventChecks } from '#libs/people/event-checks.js';
import { libsFolder } from '#libs/platform/root.js';
import { textFault } from '#libs/platform/text-faults.js';

/** What a parser must not do, found in what it did. */
export class Fault extends Error {
  override readonly name = 'Fault';
}

/** What a parser made of an input. */
export interface Outcome {
  /** What it is counted under: `stay`, `refused`, … */
  readonly kind: string;
  /** All that is said back: none of it may come from the input. */
  readonly said: readonly string[];
  readonly understood: readonly Understood[];
}

const wordsIn = (text: string): readonly string[] => text.match(/[\p{L}\p{N}]{4,}/gu) ?? [];

/** Every word that stands in the code of intake and of its vocabulary: a sentence made of other words has them from the input. */
const ownWords = (): ReadonlySet<string> => (words ??= readWords());
let words: ReadonlySet<string> | undefined;

const readWords = (): ReadonlySet<string> => {
  const folders = ['intake', 'nhs', 'platform', 'contracts'].map((name) => join(libsFolder, name));
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /(?<!\.spec)\.[jt]s$/.test(name) && !/(^|\/)(testing|fixtures|examples)\//.test(name))
      .map((name) => join(folder, name)),
  );
  return new Set([...files.flatMap((file) => wordsIn(readFileSync(file, 'utf8'))), ...ofAjv]);
};

/** What ajv says of a value, in its own words. */
const ofAjv = wordsIn(
  'must have required property fewer more than characters items match format equal constant pattern additional properties allowed values schema object array string number boolean',
);

const nothingKnown: KnownStay = { revision: 'no-stream', facts: [], positions: new Map(), block: undefined };

/** Holds what a parser did to what it may do; remembers what was accepted lately, to fold it together. Throws a `Fault`. */
export class Judge {
  private readonly words = ownWords();
  private readonly checks = new EventChecks(Object.values(stayContracts));
  private readonly lately: StayFact[] = [];
  private counted = 0;

  judge({ said, understood }: Outcome): void {
    for (const text of said) this.holdsNoContent(text);
    for (const one of understood) this.canBeKept(one);
  }

  private holdsNoContent(text: string): void {
    const foreign = wordsIn(text).filter((word) => !this.words.has(word) && !/^\d{1,5}$/.test(word));
    if (foreign.length > 0) throw new Fault(`says what is not its own: ${JSON.stringify(text.slice(0, 300))}`);
    if (/[\u0000-\u001f\u007f-\u009f]/.test(text)) throw new Fault('says control characters');
  }

  private canBeKept(understood: Understood): void {
    if (understood.kind === 'rejected') return;
    const { feed, controlId, kind, hospital } = understood.envelope;
    if (feed.length > 200 || controlId.length > 200 || (hospital ?? '').length > 200)
      throw new Fault('a name is longer than can be looked up');
    this.isText({ feed, controlId, kind, hospital }, 'the envelope');
    if (understood.kind === 'stay')
      this.folds(understood.news, understood.identity, understood.visit, understood.details);
    if (understood.kind === 'visits')
      for (const { news, identity, survivor, loser } of understood.merges)
        this.folds(news, identity, { survivor, loser }, {});
    if (understood.kind === 'person')
      this.isText([understood.people, understood.merges, understood.details], 'the person');
  }

  private isText(value: unknown, what: string): void {
    const fault = textFault(value, '');
    if (fault) throw new Fault(`${what} ${fault.message}`);
  }

  /** By itself, and with others that were accepted lately, as if all were of one stay: as the append makes the events, and as the log checks them. */
  private folds(news: StayNews, identity: Identity, visits: unknown, details: unknown): void {
    this.isText([news, identity, visits, details], 'what was accepted');
    this.counted += 1;
    const eventId = `event-${String(this.counted)}`;
    const person = {
      id: `person-${String(this.counted % 3)}`,
      by: identity.identifiers.some(({ kind }) => kind === 'nhs-number') ? 'nhs-number' : 'local',
      number: identity.number,
      identifiers: JSON.stringify(identity.identifiers).slice(0, 40),
    } as const;
    const fact: StayFact = {
      ...news,
      eventId,
      person,
      ...(news.action === 'merge' ? { visit: 'other', into: 'stay' } : {}),
    };
    this.appends(nothingKnown, fact);
    const block = evaluate('stay', this.lately);
    this.appends({ ...nothingKnown, facts: [...this.lately], block }, fact);
    this.lately.push(fact);
    if (this.lately.length > 12) this.lately.shift();
  }

  private appends(known: KnownStay, fact: StayFact): void {
    const { recorded, controlId, eventId } = fact;
    const header = { feed: 'feed', controlId, hash: 'hash', kind: 'kind', sourceRecordedAt: recorded };
    const addition: Addition = { eventId, fact, header };
    for (const event of eventsOf('stay', known, [addition]).events) this.checks.check('stay-stay', event);
  }
}

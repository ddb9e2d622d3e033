import type { CivilDate, Instant } from '#libs/nhs/index.js';
import { londonDate } from '#libs/nhs/index.js';
import { type CareFact, careFactsOf, type HistoryKind } from '../domain/care-fact.js';
import { hashOf, Versions, type Written } from '../versions.js';
import { type HistoryEntry, historyOf } from './entries.js';

export interface HeldHistory {
  readonly stream: string;
  readonly kind: HistoryKind;
  readonly id: string;
  caseId: string | null;
  firstOn: CivilDate;
  lastOn: CivilDate;
  readonly entries: HistoryEntry[];
  /** By fact: its last version and the hash of what that said. */
  readonly facts: Record<string, Written>;
}

/** The days an entry speaks of: a row of a figure lies between the first and the last of its history. */
const daysOf = ({ at, data }: HistoryEntry): CivilDate[] =>
  [
    londonDate(at),
    'startedOn' in data ? data.startedOn : null,
    'endedOn' in data ? data.endedOn : null,
    'dischargedOn' in data ? data.dischargedOn : null,
  ].filter((day) => day !== null);

/** One page of the log folded in memory over the requests, episodes and checks it touches. */
export class PageOfHistories {
  readonly histories = new Map<string, HeldHistory>();
  readonly touched = new Set<string>();
  readonly facts = new Versions<CareFact>();

  apply(stream: string, kind: HistoryKind, entry: HistoryEntry): void {
    const days = daysOf(entry).sort();
    const [first = '', last = ''] = [days.at(0), days.at(-1)];
    const held = this.histories.get(stream) ?? {
      stream,
      kind,
      id: stream.slice(stream.indexOf('-') + 1),
      caseId: null,
      firstOn: first,
      lastOn: last,
      entries: [],
      facts: {},
    };
    if (held.entries.some(({ eventId }) => eventId === entry.eventId)) return;
    held.entries.push(entry);
    if (first < held.firstOn) held.firstOn = first;
    if (last > held.lastOn) held.lastOn = last;
    if ('caseId' in entry.data) held.caseId = entry.data.caseId;
    this.histories.set(stream, held);
    this.touched.add(stream);
    this.#refresh(held, entry.recordedAt);
  }

  #refresh(held: HeldHistory, recordedAt: Instant): void {
    const facts = new Map(
      careFactsOf(historyOf(held.kind, held.id, held.entries)).map((fact) => [`${fact.kind} ${String(fact.n)}`, fact]),
    );
    for (const part of new Set([...facts.keys(), ...Object.keys(held.facts)])) {
      const fact = facts.get(part) ?? null;
      const last = held.facts[part] ?? { version: 0, hash: null };
      const hash = fact === null ? null : hashOf(fact);
      if (hash !== last.hash)
        held.facts[part] = this.facts.write([held.id, ...part.split(' ')], last, fact, hash, recordedAt);
    }
  }
}

import type { StoredEvent } from '#libs/event-store/port.js';
import type { Instant } from '#libs/nhs/index.js';
import { type CaseFact, caseFactOf } from '../domain/case-fact.js';
import { type CaseAsKnown, type CaseEntry, caseAsKnown } from '../domain/case-history.js';
import { type DelayRow, delayRowsOf } from '../domain/delay-row.js';
import { type StayFact, stayFactOf, type StayParts } from '../domain/stay-fact.js';
import { hashOf, type Version, Versions, type Written } from '../versions.js';
import { caseEntryOf, isCaseEvent } from './case-entry.js';
import { isStayEvent, stayPartsOf } from './stay-parts.js';

export interface HeldStay {
  readonly stayId: string;
  revision: number;
  parts: StayParts;
  events: [eventId: string, recordedAt: Instant][];
  version: number;
  factHash: string | null;
}
export interface HeldCase {
  readonly caseId: string;
  stayId: string | null;
  entries: CaseEntry[];
  /** By delay: the last version written and the hash of what it said; null = it counts no more. */
  spans: Record<string, Written>;
  /** Of its fact. */
  fact: Written;
}
export interface FactVersion extends Version<StayFact> {
  readonly stayId: string;
  readonly position: string;
  /** Behind it: those of the stay and all its cases. Null once it is what is known no more. */
  events: number | null;
}
/** So many events stand behind the version in the table now. */
export interface Counted {
  readonly id: string;
  readonly version: number;
  readonly events: number;
}
export interface Closed {
  readonly id: string;
  readonly part: string;
  readonly version: number;
  readonly knownUntil: Instant;
}

export const stayIdOf = (event: StoredEvent): string => event.streamId.slice('stay-'.length);
export const caseIdOf = (event: StoredEvent): string => event.streamId.slice('case-'.length);

const eventsOf = (stay: HeldStay, cases: readonly HeldCase[]): number =>
  stay.events.length + cases.reduce((sum, { entries }) => sum + entries.length, 0);

const newCase = (caseId: string): HeldCase => ({
  caseId,
  stayId: null,
  entries: [],
  spans: {},
  fact: { version: 0, hash: null },
});

/** One page of the log folded in memory over the stays and cases it touches; pure but for its own state. */
export class PageOfStays {
  readonly stays = new Map<string, HeldStay>();
  readonly cases = new Map<string, HeldCase>();
  readonly #casesOf = new Map<string, Set<HeldCase>>();
  readonly touchedStays = new Set<string>();
  readonly touchedCases = new Set<string>();
  readonly facts: FactVersion[] = [];
  readonly spans: (Version<DelayRow> & { readonly caseId: string })[] = [];
  readonly caseFacts = new Versions<CaseFact & { readonly caseId: string }>();
  readonly closedFacts: Closed[] = [];
  readonly closedSpans: Closed[] = [];
  readonly counts: Counted[] = [];
  /** Stays of which events were heard, of their own or of cases that are or were theirs. */
  readonly #heard = new Set<string>();
  readonly #lastFacts = new Map<string, FactVersion>();
  readonly #known = new Map<HeldCase, CaseAsKnown>();

  /** After the last event of the page: counts the events behind the stays of which some were heard. */
  close(): void {
    for (const stayId of this.#heard) {
      const held = this.stays.get(stayId);
      if (!held || held.version === 0) continue;
      const events = eventsOf(held, this.#of(stayId));
      const made = this.#lastFacts.get(stayId);
      if (made) made.events = events;
      else this.counts.push({ id: stayId, version: held.version, events });
    }
  }

  /** Holds a case that the page can touch. */
  hold(held: HeldCase): void {
    this.cases.set(held.caseId, held);
    this.#belongs(held, held.stayId);
  }

  #belongs(held: HeldCase, stayId: string | null): void {
    if (held.stayId !== null) this.#casesOf.get(held.stayId)?.delete(held);
    held.stayId = stayId;
    if (stayId === null) return;
    const own = this.#casesOf.get(stayId);
    if (own) own.add(held);
    else this.#casesOf.set(stayId, new Set([held]));
  }

  #of(stayId: string): readonly HeldCase[] {
    return [...(this.#casesOf.get(stayId) ?? [])];
  }

  apply(event: StoredEvent): void {
    if (isStayEvent(event)) {
      const stayId = stayIdOf(event);
      const held = this.stays.get(stayId);
      if (held && held.revision >= event.revision) return;
      const events = held?.events ?? [];
      events.push([event.eventId, event.recordedAt]);
      const recorded = new Map(events);
      const parts = stayPartsOf(event.data.stay, (eventId) => recorded.get(eventId) ?? event.recordedAt);
      this.stays.set(stayId, {
        stayId,
        revision: event.revision,
        parts,
        events,
        version: held?.version ?? 0,
        factHash: held?.factHash ?? null,
      });
      this.touchedStays.add(stayId);
      this.#heard.add(stayId);
      this.#refresh(stayId, event);
    } else if (isCaseEvent(event)) {
      const entry = caseEntryOf(event);
      if (!entry) return;
      const caseId = caseIdOf(event);
      const held = this.cases.get(caseId) ?? newCase(caseId);
      if (held.entries.some(({ eventId }) => eventId === entry.eventId)) return;
      held.entries.push(entry);
      this.cases.set(caseId, held);
      this.touchedCases.add(caseId);
      this.#known.delete(held);
      const before = held.stayId;
      this.#belongs(held, this.#asKnown(held).stayId);
      for (const stayId of [before, held.stayId]) if (stayId !== null) this.#heard.add(stayId);
      if (before !== null && before !== held.stayId) this.#refresh(before, event);
      if (held.stayId === null || !this.stays.has(held.stayId)) {
        this.#refreshSpans(held, null, event);
        this.#refreshCase(held, null, event);
      }
      if (held.stayId !== null) this.#refresh(held.stayId, event);
    }
  }

  #asKnown(held: HeldCase): CaseAsKnown {
    const known = this.#known.get(held) ?? caseAsKnown(held.caseId, held.entries);
    this.#known.set(held, known);
    return known;
  }

  #refresh(stayId: string, event: StoredEvent): void {
    const held = this.stays.get(stayId);
    if (!held) return;
    const cases = this.#of(stayId);
    const fact = stayFactOf(
      held.parts,
      cases.map((each) => this.#asKnown(each)),
      event.recordedAt,
    );
    for (const each of cases) {
      this.#refreshSpans(each, held.parts, event);
      this.#refreshCase(each, fact, event);
    }
    const hash = hashOf(fact);
    if (hash === held.factHash) return;
    const last = this.#lastFacts.get(stayId);
    if (last) {
      last.knownUntil = event.recordedAt;
      last.events = null;
    } else if (held.version > 0) {
      this.closedFacts.push({ id: stayId, part: '', version: held.version, knownUntil: event.recordedAt });
    }
    held.version += 1;
    held.factHash = hash;
    this.touchedStays.add(stayId);
    const made: FactVersion = {
      stayId,
      version: held.version,
      knownFrom: event.recordedAt,
      knownUntil: null,
      position: event.position,
      events: eventsOf(held, cases),
      row: fact,
    };
    this.#lastFacts.set(stayId, made);
    this.facts.push(made);
  }

  #refreshCase(held: HeldCase, stay: StayFact | null, { recordedAt }: StoredEvent): void {
    const { caseId } = held;
    const row = { caseId, ...caseFactOf(this.#asKnown(held), stay) };
    const hash = hashOf(row);
    if (hash === held.fact.hash) return;
    held.fact = this.caseFacts.write([caseId], held.fact, row, hash, recordedAt);
    this.touchedCases.add(caseId);
  }

  #refreshSpans(held: HeldCase, stay: StayParts | null, event: StoredEvent): void {
    const siblings = stay === null || held.stayId === null ? [] : this.#of(held.stayId);
    const rows = delayRowsOf(
      this.#asKnown(held),
      stay,
      siblings.map((each) => this.#asKnown(each)),
      event.recordedAt,
    );
    const seen = new Set<string>();
    for (const row of rows) {
      seen.add(row.delayId);
      this.#writeSpan(held, row.delayId, row, event);
    }
    for (const delayId of Object.keys(held.spans)) if (!seen.has(delayId)) this.#writeSpan(held, delayId, null, event);
  }

  #writeSpan(held: HeldCase, delayId: string, row: DelayRow | null, event: StoredEvent): void {
    const last = held.spans[delayId] ?? { version: 0, hash: null };
    const hash = row ? hashOf(row) : null;
    if (hash === last.hash) return;
    const { caseId } = held;
    if (last.hash !== null) {
      const { recordedAt } = event;
      const own = this.spans.findLast((each) => each.caseId === caseId && each.row.delayId === delayId);
      if (own) own.knownUntil = recordedAt;
      else this.closedSpans.push({ id: caseId, part: delayId, version: last.version, knownUntil: recordedAt });
    }
    const version = row ? last.version + 1 : last.version;
    held.spans[delayId] = { version, hash };
    this.touchedCases.add(caseId);
    if (row) this.spans.push({ caseId, version, knownFrom: event.recordedAt, knownUntil: null, row });
  }
}

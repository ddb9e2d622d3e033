import type { CaseEvent } from '#libs/contracts/discharge/case-events.js';
import type { CheckEvent, EpisodeEvent } from '#libs/contracts/reablement/reablement-events.js';
import { fold, type Recorded } from '#libs/event-store/decider.js';
import type { StoredEvent } from '#libs/event-store/port.js';
import { factOf, isCaseFact, type CaseFact } from '../board/domain/history.js';

export type CaseEntry = Recorded<CaseEvent>;
export type EntryOf<T extends CaseEvent['type']> = Extract<CaseEntry, { readonly type: T }>;

const typed = <E extends { type: string; data: unknown }>(events: readonly StoredEvent[]): readonly Recorded<E>[] => {
  const list: Recorded<E>[] = [];
  fold<null, never, E>({ initialState: null, evolve: (_, event) => (list.push(event), null) }, events);
  return list;
};

export const caseEntries = (events: readonly StoredEvent[]): readonly CaseEntry[] => typed<CaseEvent>(events);
export const episodeEntries = (events: readonly StoredEvent[]): readonly Recorded<EpisodeEvent>[] =>
  typed<EpisodeEvent>(events);
export const checkEntries = (events: readonly StoredEvent[]): readonly Recorded<CheckEvent>[] =>
  typed<CheckEvent>(events);

/** The facts a row is made of, from the stream itself: the same as the read model holds, and never behind. */
export const caseFacts = (events: readonly StoredEvent[]): readonly CaseFact[] => events.map(factOf).filter(isCaseFact);

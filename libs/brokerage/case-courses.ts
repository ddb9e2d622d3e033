import { Injectable } from '@nestjs/common';
import { comparePositions, EventStore, type Position, type StoredEvent } from '#libs/event-store/port.js';
import { courseOf, type CaseCourse, type RecordedPersonEvent } from './domain/case-course.js';
import { factOf, type CaseFact, type RecordedCaseEvent } from './domain/case-facts.js';

/** What is in the log was checked against its contract when it was appended; the stream says which contracts these are. */
export const asCaseEvents = (events: readonly StoredEvent[]): readonly RecordedCaseEvent[] =>
  events as readonly unknown[] as readonly RecordedCaseEvent[];
export const asPersonEvents = (events: readonly StoredEvent[]): readonly RecordedPersonEvent[] =>
  events as readonly unknown[] as readonly RecordedPersonEvent[];

export const upTo = (events: readonly StoredEvent[], position: Position): readonly StoredEvent[] =>
  events.filter((event) => comparePositions(event.position, position) <= 0);

export const factsOf = (events: readonly StoredEvent[]): readonly CaseFact[] =>
  asCaseEvents(events)
    .map(factOf)
    .filter((fact) => fact !== null);

/** Cases as their published events tell them, read from the log itself: never behind. */
@Injectable()
export class CaseCourses {
  constructor(private readonly store: EventStore) {}

  read(caseId: string): Promise<readonly StoredEvent[]> {
    return this.store.readStream(`case-${caseId}`);
  }

  /** `null` for a case nobody referred. */
  async load(caseId: string): Promise<CaseCourse | null> {
    return courseOf(factsOf(await this.read(caseId)));
  }
}

import { Injectable } from '@nestjs/common';
import { stayContracts } from '#libs/contracts/intake/stay-events.js';
import { isOf } from '#libs/event-store/contracted.js';
import type { EventFilter, StoredEvent } from '#libs/event-store/port.js';
import { EventStore, StoreUnavailable } from '#libs/event-store/port.js';
import { execute } from '#libs/event-store/decider.js';
import type { Policy, PolicyContext } from '#libs/event-feed/port.js';
import { caseDecider, followPolicy } from '../domain/case-decider.js';
import { PersonRecords, type PersonIndex } from '../person-facts/person-records.js';
import { followedEvents } from '../stays/followed-events.js';

const isStayNews = isOf(stayContracts);

/** More would mean that the news never ends; each of them is dealt with on its own. */
const looks = 10;

/**
 * Both ids of a merge: after a merge they are one person, after a revert two, and each has to be looked at. Of a stay also those its messages
 * came under before: it may have been theirs.
 */
const peopleOf = (event: StoredEvent): readonly string[] => {
  const { personId, data } = event;
  const others = isStayNews(event) ? (event.data.stay.otherPersonIds ?? []) : [];
  return [personId, data['survivor'], data['loser'], ...others].filter((id): id is string => typeof id === 'string');
};

/**
 * Policies 1, 2, 3, 6 and 9 (the case part): keeps every case in step with its stay, with deaths and with criteria to reside. It
 * reconciles: from all that is known now it works out how each case of the person ought to stand, compares, and writes the
 * difference. The order of messages, repeats and replays therefore change nothing (ADR 0006).
 */
@Injectable()
export class CaseFollowsStay implements Policy {
  readonly name = `discharge.${followPolicy}`;
  readonly version = 1;
  readonly wants: EventFilter = followedEvents;

  constructor(
    private readonly store: EventStore,
    private readonly records: PersonRecords,
  ) {}

  async react(event: StoredEvent, context: PolicyContext): Promise<void> {
    if (event.metadata.source === `policy:${followPolicy}`) return;
    const done = new Set<string>();
    for (const personId of peopleOf(event)) {
      if (done.has(personId)) continue;
      const index = await this.records.indexFrom(event.position, personId);
      if (index === undefined) continue;
      for (const id of index.personIds) done.add(id);
      // News of one case under two ids of the person is dealt with side by side: whoever wrote looks again, so that the last look is at the newest.
      for (let wrote = index.cases.length > 0, look = 0; wrote && look < looks; look += 1) {
        const newest = look === 0 ? index : await this.records.index(personId);
        wrote = await this.reconcile(newest, event, context);
      }
    }
  }

  /** Answers whether there was a difference. */
  private async reconcile(index: PersonIndex, cause: StoredEvent, context: PolicyContext): Promise<boolean> {
    let wrote = false;
    const facts = await this.records.factsOf(index);
    for (const { caseId, personId } of facts.cases) {
      const executed = await execute({
        store: this.store,
        decider: caseDecider,
        streamId: `case-${caseId}`,
        id: caseId,
        personId,
        command: { act: 'follow', at: cause.occurredAt, facts, cause },
        context: {
          metadata: { ...context.metadata, source: `policy:${followPolicy}` },
          occurredAt: cause.occurredAt,
        },
      });
      // Overtaken again and again: looked at anew, since nothing else will.
      if (!executed.ok) throw new StoreUnavailable(`case ${caseId} could not follow: ${executed.code}`);
      if (executed.events.length === 0) continue;
      wrote = true;
      context.wrote(executed.position);
    }
    return wrote;
  }
}

import { Injectable } from '@nestjs/common';
import type { Policy, PolicyContext } from '#libs/event-feed/port.js';
import { execute } from '#libs/event-store/decider.js';
import { EventStore, StoreUnavailable, type EventFilter, type StoredEvent } from '#libs/event-store/port.js';
import { caseDecider } from '../domain/case-decider.js';
import { delaySwapOf } from '../domain/swap-delay.js';
import { PersonRecords } from '../person-facts/person-records.js';

const requestPrefix = 'request-';

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/**
 * Policy 5: when care is awarded, the open "nothing available" delay of its kind gives way to "being arranged", and back again when
 * the placement falls through, so that no night waits without a reason.
 */
@Injectable()
export class DelayFollowsAward implements Policy {
  readonly name = 'discharge.delay-follows-award';
  readonly version = 1;
  readonly wants: EventFilter = {
    streamPrefixes: [requestPrefix],
    types: ['PlacementAwarded', 'PlacementFailed'],
  };

  constructor(
    private readonly store: EventStore,
    private readonly records: PersonRecords,
  ) {}

  async react(event: StoredEvent, context: PolicyContext): Promise<void> {
    const request = await this.store.readStream(event.streamId);
    const caseId = text(request.find(({ type }) => type === 'PlacementRequested')?.data['caseId']);
    const award = request.findLast(({ type, revision }) => type === 'PlacementAwarded' && revision <= event.revision);
    const swap = delaySwapOf(
      text(award?.data['serviceType']) ?? '',
      event.type === 'PlacementAwarded' ? 'awarded' : 'failed',
    );
    if (caseId === undefined || !swap) return;
    const { state } = await this.records.caseRecord(caseId);
    if (state.status === 'none') return;
    const { personId } = state.body;
    const facts = await this.records.factsOf(await this.records.index(personId));
    const executed = await execute({
      store: this.store,
      decider: caseDecider,
      streamId: `case-${caseId}`,
      id: caseId,
      personId,
      command: {
        act: 'swap-delay',
        at: event.occurredAt,
        ...swap,
        requestId: event.streamId.slice(requestPrefix.length),
        facts,
        cause: event,
      },
      context: { metadata: context.metadata, occurredAt: event.occurredAt },
    });
    if (!executed.ok) throw new StoreUnavailable(`case ${caseId} could not follow an award: ${executed.code}`);
    if (executed.events.length > 0) context.wrote(executed.position);
  }
}

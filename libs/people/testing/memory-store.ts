import {
  type AllPage,
  type AppendResult,
  type EventFilter,
  type EventMetadata,
  EventStore,
  type EventToAppend,
  type ExpectedRevision,
  type Position,
  type StoredEvent,
} from '../../event-store/port.js';
import { settledAppend } from '../../event-store/settled-append.js';

/** A log in memory, for tests of what is pure but for it. Each call takes one turn of the event loop, so that callers interleave. */
export class MemoryStore extends EventStore {
  readonly events: StoredEvent[] = [];
  appends = 0;

  override async append(
    streamId: string,
    expected: ExpectedRevision,
    events: readonly EventToAppend[],
    metadata: EventMetadata,
  ): Promise<AppendResult> {
    await Promise.resolve();
    this.appends += 1;
    const stream = this.events.filter((stored) => stored.streamId === streamId);
    const settled = settledAppend(stream, expected, events, this.events);
    if (settled) return settled;
    let revision = stream.at(-1)?.revision ?? -1;
    for (const event of events) {
      revision += 1;
      const recordedAt = new Date(Date.UTC(2026, 10, 23) + this.events.length).toISOString();
      this.events.push({
        ...event,
        data: { ...event.data },
        streamId,
        revision,
        position: String(this.events.length + 1),
        recordedAt,
        metadata,
      });
    }
    const positions = this.events.slice(-events.length).map(({ position }) => position);
    return { ok: true, revision, position: String(this.events.length), duplicate: false, positions };
  }

  override async readStream(streamId: string, fromRevision = 0): Promise<readonly StoredEvent[]> {
    await Promise.resolve();
    return this.events.filter((event) => event.streamId === streamId && event.revision >= fromRevision);
  }

  override async readAll(after: Position, { types }: EventFilter, limit: number): Promise<AllPage> {
    const events = this.events
      .filter(({ position, type }) => Number(position) > Number(after) && (!types || types.includes(type)))
      .slice(0, limit);
    return { events, readTo: String(this.events.length), atEnd: events.length < limit };
  }

  override async head(): Promise<Position> {
    return String(this.events.length);
  }

  override async recordedBy(instant: string): Promise<Position> {
    return this.events.findLast(({ recordedAt }) => recordedAt <= instant)?.position ?? '0';
  }

  override async *subscribe(): AsyncIterable<AllPage> {
    throw new Error('A log in memory is not followed.');
  }
}

export const metadata: EventMetadata = {
  correlationId: 'correlation',
  actor: { id: 'user-idt', role: 'idt', organisation: 'council' },
  source: 'api',
};

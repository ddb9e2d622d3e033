import { Global, Module } from '@nestjs/common';
import { EventFeed, type ConsumerStatus, type ParkedEvent, type VerifyResult } from '#libs/event-feed/port.js';
import {
  EventStore,
  type AllPage,
  type AppendResult,
  type Position,
  type StoredEvent,
} from '#libs/event-store/port.js';

/** A log that stays empty: for tests of what stands around it. */
export class EmptyStore extends EventStore {
  override append(): Promise<AppendResult> {
    return Promise.reject(new Error('Nothing is appended here.'));
  }
  override readStream(): Promise<readonly StoredEvent[]> {
    return Promise.resolve([]);
  }
  override readAll(after: Position): Promise<AllPage> {
    return Promise.resolve({ events: [], readTo: after, atEnd: true });
  }
  override head(): Promise<Position> {
    return Promise.resolve('0');
  }
  override recordedBy(): Promise<Position> {
    return Promise.resolve('0');
  }
  override async *subscribe(): AsyncIterable<AllPage> {
    // Nothing ever comes.
  }
}

/** A feed that has dealt with the log up to a position which the test moves. */
export class QuietFeed extends EventFeed {
  position = 0n;
  consumers: readonly ConsumerStatus[] = [];
  parkedEvents: readonly ParkedEvent[] = [];
  readonly retried: { consumer: string; subject: string }[] = [];

  override register(): void {
    // Nobody registers here.
  }
  override start(): Promise<void> {
    return Promise.resolve();
  }
  override stop(): Promise<void> {
    return Promise.resolve();
  }
  override settled(position: Position): Promise<boolean> {
    return Promise.resolve(BigInt(position) <= this.position);
  }
  override caughtUp(): Promise<boolean> {
    return Promise.resolve(true);
  }
  override onCommitted(): () => void {
    return () => undefined;
  }
  override status(): Promise<readonly ConsumerStatus[]> {
    return Promise.resolve(this.consumers);
  }
  override faults(): readonly string[] {
    return [];
  }
  override parked(): Promise<readonly ParkedEvent[]> {
    return Promise.resolve(this.parkedEvents);
  }
  override retryParked(consumer: string, subject: string): Promise<{ released: number }> {
    this.retried.push({ consumer, subject });
    return Promise.resolve({ released: 1 });
  }
  override rebuild(): Promise<void> {
    return Promise.resolve();
  }
  override verify(): Promise<readonly VerifyResult[]> {
    return Promise.resolve([]);
  }
}

@Global()
@Module({
  providers: [
    { provide: EventStore, useClass: EmptyStore },
    { provide: EventFeed, useClass: QuietFeed },
  ],
  exports: [EventStore, EventFeed],
})
export class QuietFeedModule {}

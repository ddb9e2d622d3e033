import { Injectable } from '@nestjs/common';
import { EventFeed } from '#libs/event-feed/port.js';
import { comparePositions, EventStore, type Position } from '#libs/event-store/port.js';
import type { Instant } from '#libs/nhs/index.js';

/** The log position a figure was computed at. */
export abstract class LogPosition {
  /** How far the tables of the figures had come: ask before counting, so that what is counted holds at least that. */
  abstract reached(): Promise<Position>;
  /** "Known at" is a prefix of the log (architecture.md §4): the position of its last event, '0' when there is none. */
  abstract knownBy(knownAt: Instant): Promise<Position>;
}

@Injectable()
export class PositionInLog extends LogPosition {
  constructor(
    private readonly feed: EventFeed,
    private readonly store: EventStore,
  ) {
    super();
  }

  override async reached(): Promise<Position> {
    const own = (await this.feed.status()).filter(({ name, beside }) => !beside && name.startsWith('insights.'));
    return own.map(({ position }) => position).sort(comparePositions)[0] ?? '0';
  }

  override knownBy(knownAt: Instant): Promise<Position> {
    return this.store.recordedBy(knownAt);
  }
}

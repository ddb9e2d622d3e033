import { Injectable } from '@nestjs/common';
import type { Position } from '#libs/event-store/port.js';
import { fold } from '#libs/event-store/decider.js';
import { EventStore } from '#libs/event-store/port.js';
import { PeopleVault } from '#libs/people/port.js';
import { Database } from '#libs/platform/database.js';
import { huddleDecider } from './domain/huddle.js';
import { huddlesProjection, type HuddleRow } from './huddles.projection.js';

export interface Minutes {
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly reviews: readonly {
    readonly caseId: string;
    readonly decision: string | null;
    readonly note: string | null;
    readonly at: string;
    readonly by: string;
  }[];
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Huddles and their minutes. */
@Injectable()
export class Huddles {
  constructor(
    private readonly database: Database,
    private readonly store: EventStore,
    private readonly vault: PeopleVault,
  ) {}

  /** The huddle as it stands in the log, its texts opened; undefined when there is none. */
  async minutes(
    huddleId: string,
  ): Promise<{ hospital: string | null; revision: number; minutes: Minutes } | undefined> {
    const events = await this.store.readStream(`huddle-${huddleId}`);
    const huddle = fold(huddleDecider, events);
    if (huddle.status === 'not-started') return undefined;
    const { hospital, startedAt, finishedAt } = huddle;
    const reviews = (await this.vault.open(huddle.reviews)).map(({ caseId, decision, note, at, by }) => ({
      caseId,
      decision: textOf(decision),
      note: textOf(note),
      at,
      by,
    }));
    return { hospital, revision: events.length - 1, minutes: { startedAt, finishedAt, reviews } };
  }

  /** The huddle finished last that was about this hospital, or about all. */
  async lastFinished(hospital?: string): Promise<{ huddle: HuddleRow; position: Position } | undefined> {
    const [huddle] = await huddlesProjection.select(
      this.database.pool,
      `WHERE t.finished_position IS NOT NULL AND ($1::text IS NULL OR t.hospital IS NULL OR t.hospital = $1)
       ORDER BY t.finished_position DESC LIMIT 1`,
      [hospital ?? null],
    );
    return huddle?.finishedPosition ? { huddle, position: huddle.finishedPosition } : undefined;
  }

  /** The huddle that is running, the newest if several are. */
  async running(hospital?: string): Promise<HuddleRow | undefined> {
    const [huddle] = await huddlesProjection.select(
      this.database.pool,
      `WHERE t.finished_position IS NULL AND ($1::text IS NULL OR t.hospital IS NULL OR t.hospital = $1)
       ORDER BY t.started_at DESC LIMIT 1`,
      [hospital ?? null],
    );
    return huddle;
  }

  async list(): Promise<readonly HuddleRow[]> {
    return huddlesProjection.select(this.database.pool, 'ORDER BY t.started_at DESC LIMIT 500');
  }
}

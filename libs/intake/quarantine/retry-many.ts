import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { scopeOf } from '#libs/access/scope.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { comparePositions, type Position } from '#libs/event-store/port.js';
import { Clock } from '#libs/platform/clock.js';
import { Database } from '#libs/platform/database.js';
import { nameOf } from '#libs/platform/errors.js';
import { newId, withOwnIds } from '#libs/platform/ids.js';
import { isUnavailable } from '#libs/platform/unavailable.js';
import { QuarantineList, type QuarantineChoice } from './quarantine-list.js';
import { RetryQuarantined, type Retried } from './retry-quarantined.js';

/** How far trying many again has come. */
export interface ManyRetried {
  readonly retryId: string;
  /** `stopped`: the process that did it ended; what is left waits as before, and can be tried again. */
  readonly state: 'running' | 'done' | 'stopped';
  readonly total: number;
  readonly tried: number;
  /** Gone from quarantine. */
  readonly settled: number;
  readonly stillQuarantined: number;
  readonly startedAt: string;
  readonly finishedAt: string | null;
}

interface Row {
  readonly id: string;
  readonly total: number;
  readonly tried: number;
  readonly settled: number;
  readonly started_at: Date;
  readonly updated_at: Date;
  readonly finished_at: Date | null;
}

/** An answer waits this long for the end; who asked for more follows it. */
const waitMs = 3000;
/** How often progress is written down. */
const noteEveryMs = 500;
/** Without a word for this long, nobody works on it any more. */
const abandonedMs = 60_000;

/** Tries many quarantined messages again, one after another in the order in which their hospitals recorded them. */
@Injectable()
export class RetryMany implements OnModuleDestroy {
  private readonly logger = new Logger('quarantine');
  private stopping = false;
  private readonly running = new Set<Promise<void>>();

  constructor(
    private readonly list: QuarantineList,
    private readonly retrying: RetryQuarantined,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    await Promise.allSettled(this.running);
  }

  /** Begins, and answers once it is done or after some seconds. `position`: of what was taken by then. */
  async start(
    choice: Omit<QuarantineChoice, 'hospital'>,
    user: SignedIn,
    correlationId: string,
  ): Promise<ManyRetried & { readonly position: Position | undefined }> {
    const hospital = scopeOf(user);
    const ids = await this.list.toTry({ ...choice, hospital });
    const retryId = newId();
    const now = this.clock.now();
    await this.database.query(
      `INSERT INTO intake.quarantine_retries (id, hospital, total, started_at, updated_at) VALUES ($1, $2, $3, $4, $4)`,
      [retryId, hospital ?? null, ids.length, now],
    );
    const told: { position: Position | undefined } = { position: undefined };
    const work = withOwnIds(() => this.work(retryId, ids, user, correlationId, told))
      .catch((error: unknown) => this.logger.warn({ fault: nameOf(error), while: 'trying many again' }))
      .finally(() => this.running.delete(work));
    this.running.add(work);
    await Promise.race([work, new Promise((resolve) => setTimeout(resolve, waitMs).unref())]);
    const retried = await this.find(retryId, user);
    if (!retried) throw new Error('A retry that was just begun is not there.');
    return { ...retried, position: told.position };
  }

  async find(retryId: string, user: SignedIn): Promise<ManyRetried | undefined> {
    const { rows } = await this.database.query<Row>(
      `SELECT id, total, tried, settled, started_at, updated_at, finished_at FROM intake.quarantine_retries
        WHERE id = $1 AND ($2::text IS NULL OR hospital = $2)`,
      [retryId, scopeOf(user) ?? null],
    );
    const [row] = rows;
    if (!row) return undefined;
    const silent = Date.parse(this.clock.now()) - row.updated_at.getTime() > abandonedMs;
    return {
      retryId: row.id,
      state: row.finished_at ? 'done' : silent ? 'stopped' : 'running',
      total: row.total,
      tried: row.tried,
      settled: row.settled,
      stillQuarantined: row.total - row.settled,
      startedAt: row.started_at.toISOString(),
      finishedAt: row.finished_at?.toISOString() ?? null,
    };
  }

  private async work(
    retryId: string,
    ids: readonly string[],
    user: SignedIn,
    correlationId: string,
    told: { position: Position | undefined },
  ): Promise<void> {
    let [tried, settled] = [0, 0];
    let noted = performance.now();
    for (const id of ids) {
      if (this.stopping) return;
      const retried = await this.retryWhenThere(id, user, correlationId);
      tried += 1;
      // One that is gone was settled by somebody else meanwhile.
      if (retried?.settled !== false) settled += 1;
      const { position } = retried ?? {};
      if (position !== undefined && comparePositions(position, told.position ?? '0') > 0) told.position = position;
      if (performance.now() - noted < noteEveryMs) continue;
      await this.note(retryId, { tried, settled, finished: false });
      noted = performance.now();
    }
    await this.note(retryId, { tried, settled, finished: true });
  }

  /** While the database is away for a moment, it waits. */
  private async retryWhenThere(id: string, user: SignedIn, correlationId: string): Promise<Retried | undefined> {
    const givenUp = performance.now() + abandonedMs / 2;
    for (;;) {
      try {
        return await this.retrying.retryAlone(id, user, correlationId);
      } catch (error) {
        if (this.stopping || !isUnavailable(error) || performance.now() > givenUp) throw error;
        await pause(1000);
      }
    }
  }

  private async note(
    retryId: string,
    { tried, settled, finished }: { tried: number; settled: number; finished: boolean },
  ): Promise<void> {
    await this.database.query(
      `UPDATE intake.quarantine_retries SET tried = $2, settled = $3, updated_at = $4,
         finished_at = CASE WHEN $5 THEN $4::timestamptz END WHERE id = $1`,
      [retryId, tried, settled, this.clock.now(), finished],
    );
  }
}

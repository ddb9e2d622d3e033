import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Clock } from './clock.js';
import { Database } from './database.js';
import { Instance } from './instance.js';

const keptMilliseconds = 24 * 3_600_000;
const longestWaitMilliseconds = 20_000;

/** Given again exactly as it was: status, headers that matter, body. */
export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface Request {
  readonly userId: string;
  readonly path: string;
  readonly key: string;
  readonly fingerprint: Buffer;
}

/** The right to run a request, and when it was first begun: ids are made from that. */
export interface Claim extends Request {
  readonly begunAt: string;
}

type Begun =
  { kind: 'run'; claim: Claim } | { kind: 'answered'; answer: KeptAnswer } | { kind: 'other-body' } | { kind: 'busy' };

interface KeyRow {
  fingerprint: Buffer;
  state: 'running' | 'failed' | 'done';
  instance_id: string;
  attempt: number;
  begun_at: Date;
  answer: KeptAnswer | null;
}

/** The register of idempotency keys, in `platform.idempotency_key`. */
@Injectable()
export class IdempotencyKeys {
  private readonly running = new Set<string>();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly instance: Instance,
  ) {}

  /** Claims the request, or waits for whoever has it. */
  async begin(request: Request): Promise<Begun> {
    const deadline = Date.now() + longestWaitMilliseconds;
    for (let wait = 5; Date.now() < deadline; wait = Math.min(wait * 2, 200)) {
      const begun = this.running.has(nameOf(request)) ? await this.answerOf(request) : await this.claim(request);
      if (begun) return begun;
      await pause(wait);
    }
    return { kind: 'busy' };
  }

  finish(claim: Claim, answer: KeptAnswer): Promise<void> {
    return this.settle(claim, 'done', answer);
  }

  /** A failure of ours is not kept: the next request with this key runs again, under the same ids, whatever the first had done. */
  fail(claim: Claim): Promise<void> {
    return this.settle(claim, 'failed', null);
  }

  async dropExpired(): Promise<void> {
    await this.database.query('DELETE FROM platform.idempotency_key WHERE expires_at <= $1', [this.clock.now()]);
  }

  /** Within this process at most one at a time gets past here with a key, until it has finished. */
  private async claim(request: Request): Promise<Begun | undefined> {
    this.running.add(nameOf(request));
    let begun: Begun | undefined;
    try {
      begun = (await this.claimNew(request)) ?? (await this.answerOf(request)) ?? (await this.takeOver(request));
    } finally {
      if (begun?.kind !== 'run') this.running.delete(nameOf(request));
    }
    return begun;
  }

  private async claimNew(request: Request): Promise<Begun | undefined> {
    const now = this.clock.now();
    const expires = new Date(Date.parse(now) + keptMilliseconds).toISOString();
    const { rowCount } = await this.database.query(
      `INSERT INTO platform.idempotency_key AS k (user_id, path, key, fingerprint, state, instance_id, begun_at, expires_at)
       VALUES ($1, $2, $3, $4, 'running', $5, $6, $7)
       ON CONFLICT (user_id, path, key) DO UPDATE SET
         fingerprint = $4, state = 'running', instance_id = $5, begun_at = $6, expires_at = $7, answer = NULL
       WHERE k.expires_at <= $6 OR (k.state = 'failed' AND k.fingerprint <> $4)`,
      [request.userId, request.path, request.key, request.fingerprint, this.instance.id, now, expires],
    );
    return rowCount === 1 ? { kind: 'run', claim: { ...request, begunAt: now } } : undefined;
  }

  private async answerOf(request: Request): Promise<Begun | undefined> {
    const row = await this.read(request);
    // A failure is not kept, so that another body may come in its place.
    if (row && row.state !== 'failed' && !row.fingerprint.equals(request.fingerprint)) return { kind: 'other-body' };
    return row?.state === 'done' && row.answer ? { kind: 'answered', answer: row.answer } : undefined;
  }

  /** What failed, or was begun by a process that is gone, or by this one, which however is not running it: its end could not be written down. */
  private async takeOver(request: Request): Promise<Begun | undefined> {
    const row = await this.read(request);
    if (!row || row.state === 'done') return undefined;
    if (
      row.state === 'running' &&
      row.instance_id !== this.instance.id &&
      (await this.instance.isAlive(row.instance_id))
    )
      return undefined;
    const { rowCount } = await this.database.query(
      `UPDATE platform.idempotency_key SET state = 'running', instance_id = $4, attempt = attempt + 1
        WHERE user_id = $1 AND path = $2 AND key = $3 AND state = $5 AND instance_id = $6 AND attempt = $7`,
      [request.userId, request.path, request.key, this.instance.id, row.state, row.instance_id, row.attempt],
    );
    return rowCount === 1 ? { kind: 'run', claim: { ...request, begunAt: row.begun_at.toISOString() } } : undefined;
  }

  private async read({ userId, path, key }: Request): Promise<KeyRow | undefined> {
    const { rows } = await this.database.query<KeyRow>(
      `SELECT fingerprint, state, instance_id, attempt, begun_at, answer FROM platform.idempotency_key
        WHERE user_id = $1 AND path = $2 AND key = $3`,
      [userId, path, key],
    );
    return rows[0];
  }

  private async settle(claim: Claim, state: 'done' | 'failed', answer: KeptAnswer | null): Promise<void> {
    try {
      await this.database.query(
        'UPDATE platform.idempotency_key SET state = $4, answer = $5 WHERE user_id = $1 AND path = $2 AND key = $3 AND begun_at = $6',
        [claim.userId, claim.path, claim.key, state, answer && JSON.stringify(answer), claim.begunAt],
      );
    } catch {
      // The command stands in the log whatever becomes of this note: a repeat finds the key abandoned and runs again under the same ids.
    } finally {
      this.running.delete(nameOf(claim));
    }
  }
}

const nameOf = ({ userId, path, key }: Request): string => JSON.stringify([userId, path, key]);

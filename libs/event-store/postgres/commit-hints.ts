import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { Bell } from '../../platform/bell.js';
import { comparePositions, type Position } from '../port.js';
import { announceChannel } from './log-schema.js';

const reconnectPauseMs = 1_000;

/**
 * Wakes those who wait for news of the log: at once after an append of this process, by `LISTEN` after one of another.
 * Only hints. The truth is a look at the log, taken every so often even when nothing was heard.
 */
export class CommitHints {
  readonly #pool: pg.Pool;
  readonly #bell = new Bell();
  #heard: Position = '0';
  #listeners = 0;
  #keeping = false;
  /** Connected: a client that is ended while it connects never says so. */
  #ear: pg.Client | undefined;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** The furthest position of which somebody said that it was committed. */
  get heard(): Position {
    return this.#heard;
  }

  /** Something was committed, up to this position. A commit of this process is heard of twice, and news once. */
  raise(position: Position): void {
    if (comparePositions(position, this.#heard) <= 0) return;
    this.#heard = position;
    this.#bell.ring();
  }

  /** Resolves at the next hint, at the latest after the time given, or when the signal aborts. */
  next(timeoutMs: number, signal: AbortSignal): Promise<void> {
    return this.#bell.next(signal, timeoutMs);
  }

  /** Listens to other processes until the function given back is called. */
  listen(): () => void {
    this.#listeners += 1;
    if (this.#listeners === 1) void this.#keepListening();
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.#listeners -= 1;
      if (this.#listeners === 0) void this.#ear?.end().catch(() => undefined);
    };
  }

  async #keepListening(): Promise<void> {
    if (this.#keeping) return;
    this.#keeping = true;
    while (this.#listeners > 0) {
      // Where it fails, the polling of those who wait goes on.
      await this.#hear().catch(() => undefined);
      if (this.#listeners > 0) await pause(reconnectPauseMs, undefined, { ref: false });
    }
    this.#keeping = false;
  }

  /** Hears what is announced for as long as the connection lasts and somebody listens. */
  async #hear(): Promise<void> {
    const ear = new pg.Client(this.#pool.options);
    const gone = new Promise<void>((resolve) => {
      ear.on('error', () => resolve());
      ear.on('end', () => resolve());
    });
    try {
      await ear.connect();
      ear.on('notification', ({ payload = '' }) => {
        if (/^\d+$/.test(payload)) this.raise(payload);
      });
      await ear.query(`LISTEN ${announceChannel}`);
      this.#ear = ear;
      if (this.#listeners > 0) await gone;
    } finally {
      this.#ear = undefined;
      await ear.end().catch(() => undefined);
    }
  }
}

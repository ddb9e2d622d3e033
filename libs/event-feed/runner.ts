import type { Pool, PoolClient } from 'pg';
import { isCollision } from '../event-store/postgres/unavailable.js';
import {
  comparePositions,
  type AllPage,
  type EventStore,
  type Position,
  type StoredEvent,
} from '../event-store/port.js';
import { Bell } from '../platform/bell.js';
import { codeOf } from '../platform/errors.js';
import { logReaches } from '../platform/prepared.js';
import { isUnavailable } from '../platform/unavailable.js';
import {
  CheckpointMoved,
  readCheckpoint,
  setState,
  type Checkpoint,
  type ConsumerId,
  type StoredState,
} from './checkpoints.js';
import { dropOlderVersions } from './consumer-tables.js';
import { matcherOf } from './event-filter.js';
import type { FeedLog } from './feed-log.js';
import type { Gate } from './gate.js';
import { parkedSubjects, reasonOf } from './parking.js';
import type { Policy, Projection } from './port.js';
import { readAhead } from './read-ahead.js';
import type { SharedReading } from './shared-reading.js';
import type { TakenOver } from './take-over.js';
import { transaction } from './transaction.js';
import type { PartitionMarks, Tail } from './tail.js';

/** What all runners of a feed share. */
export interface FeedParts {
  readonly pool: Pool;
  readonly store: EventStore;
  /** By which projections catch up. */
  readonly reading: SharedReading;
  /** Projections at work at a time. */
  readonly foldGate: Gate;
  /** New versions that are built beside old ones at a time: who answers does not wait in line with them. */
  readonly buildGate: Gate;
  /** Reactions of policies at a time. */
  readonly reactGate: Gate;
  readonly log: FeedLog;
  /** A consumer has come further, or its state changed. */
  readonly onMoved: () => void;
}

/** A statement took too long and was ended: it waited for a table that somebody held, or the server stood still. */
const canceled = '57014';

/** Not the event's fault. */
export const isTransient = (error: unknown): boolean =>
  error instanceof CheckpointMoved || isUnavailable(error) || isCollision(error) || codeOf(error) === canceled;

const longestPauseMs = 5_000;

/**
 * While the log is busy, pages begin so far apart: each costs a transaction, however little is in it. Lower shows rows sooner, higher
 * costs less. Who waits for a position hurries them.
 */
const gatherMs = 50;

/** Runs one consumer, from its checkpoint on, for as long as it is allowed to. */
export abstract class Runner<C extends Projection | Policy = Projection | Policy> {
  readonly consumer: C;
  readonly id: ConsumerId;
  protected readonly parts: FeedParts;
  readonly #wants: (event: StoredEvent) => boolean;
  readonly #poke = new Bell();
  #position: Position = '0';
  #persisted: Position = '0';
  #state: StoredState = 'building';
  /** Built while an older version answers. */
  #beside = false;
  #held = false;
  readonly #hurry = new Bell();
  #hurriedTo: Position = '0';
  #tail: Tail | undefined;
  #revivals = 0;
  #idleMove: Promise<void> = Promise.resolve();
  #run: Promise<void> = Promise.resolve();
  readonly #retirement = new AbortController();
  /** Subjects whose events wait, as of `parkedVersion`. */
  protected subjects: ReadonlySet<string> = new Set();
  protected parkedVersion = '';
  /** The last position this policy wrote. */
  protected lastOutput: Position = '0';
  #storedOutput: Position = '0';

  protected constructor(consumer: C, parts: FeedParts) {
    this.consumer = consumer;
    this.id = { name: consumer.name, version: consumer.version };
    this.parts = parts;
    this.#wants = matcherOf(consumer.wants);
  }

  /** How far it has come: in memory, ahead of the database by events it does not want. */
  get position(): Position {
    return this.#position;
  }
  get state(): StoredState {
    return this.#state;
  }
  /** True while this process runs it; else another one may. */
  get held(): boolean {
    return this.#held;
  }
  /** The last position this policy wrote in another process, or before this one began. */
  get outputElsewhere(): Position {
    return this.#storedOutput;
  }
  protected get beside(): boolean {
    return this.#beside;
  }
  protected get persisted(): Position {
    return this.#persisted;
  }
  /** Aborts when a newer version of this release has taken over: it runs no more. */
  get retired(): AbortSignal {
    return this.#retirement.signal;
  }

  /** The log from a position to its end. */
  protected pagesFrom(position: Position, _signal: AbortSignal): AsyncIterable<AllPage> {
    return readAhead(this.parts.store, position, this.consumer.wants, this.pageSize);
  }
  protected abstract readonly pageSize: number;
  /** Deals with the wanted events of a page and moves the checkpoint to its end. */
  protected abstract take(events: readonly StoredEvent[], to: Position, signal: AbortSignal): Promise<void>;

  /**
   * Runs along a tail until the signal aborts. What is in hand then is finished or taken back, never left half done. One run after
   * the other: who is given back what was just taken from him lets the page in hand end first.
   */
  run(lent: AbortSignal, tail: Tail): Promise<void> {
    const run = this.#run.then(() => this.#runAlong(lent, tail));
    this.#run = run.catch(() => undefined);
    return run;
  }

  async #runAlong(lent: AbortSignal, tail: Tail): Promise<void> {
    const signal = AbortSignal.any([lent, this.retired]);
    this.#held = true;
    this.#tail = tail;
    let failures = 0;
    while (!signal.aborted) {
      try {
        if (await this.#load()) await this.#follow(signal, tail, () => (failures = 0));
        else await this.#poke.next(signal, 1_000);
      } catch (error) {
        if (signal.aborted) break;
        if (error instanceof CheckpointMoved) continue;
        failures += 1;
        if (failures > 1 || !isTransient(error)) {
          this.parts.log('warn', `${this.id.name} is held up: ${reasonOf(error)}`);
        }
        await this.#poke.next(signal, Math.min(50 * 2 ** failures, longestPauseMs));
      }
    }
    this.#held = false;
    this.#tail = undefined;
  }

  /** Looks again at once: a rebuild has finished, a parked event was released. */
  poke(): void {
    this.#poke.ring();
  }

  /** Ends its run, and any later one: nothing is left to be done. */
  retire(): void {
    this.#retirement.abort();
  }

  /** Somebody waits for this position: what comes up to it is taken without gathering more. */
  hurry(position: Position): void {
    if (comparePositions(position, this.#hurriedTo) > 0) this.#hurriedTo = position;
    this.#hurry.ring();
    this.#tail?.hurry(position);
  }

  /** A rebuild has put whole tables in the place of what could not be built: it is waited for again, and goes on. */
  revive(): void {
    this.#revivals += 1;
    if (this.#state === 'failed') this.#state = 'building';
    this.poke();
  }

  /** Takes over what another process reported of this consumer. */
  observe({ position, state, lastOutput }: Checkpoint): boolean {
    if (this.#held || (position === this.#position && state === this.#state)) return false;
    this.#position = this.#persisted = position;
    this.#state = state;
    this.#storedOutput = lastOutput;
    return true;
  }

  /** The move that is only in memory yet, if any; the checkpoint may be moved by it while `during` is pending. */
  idleMove(): (ConsumerId & { from: Position; to: Position; marks: PartitionMarks | undefined }) | undefined {
    if (!this.#held || this.#busy || this.#position === this.#persisted) return undefined;
    return { ...this.id, from: this.#persisted, to: this.#position, marks: this.marksAt(this.#position) };
  }
  waitFor(during: Promise<void>): void {
    this.#idleMove = during;
  }
  idleMoved(to: Position): void {
    this.#persisted = to;
  }

  /** What the transport wants stored with the checkpoint. */
  protected marksAt(position: Position): PartitionMarks | undefined {
    return this.#tail?.marksAt(position);
  }

  /** After a commit: the database and memory stand at the same place. */
  protected moved(to: Position): void {
    this.#persisted = this.#position = to;
    logReaches(to);
    this.parts.onMoved();
  }

  /** A consumer that builds and meets an event it cannot fold stops there, with its reason. */
  protected async fail(reason: string): Promise<void> {
    this.parts.log('error', `${this.id.name} version ${this.id.version} cannot be built: ${reason}`);
    await setState(this.parts.pool, this.id, 'failed', reason);
    this.#state = 'failed';
    this.parts.onMoved();
  }

  async #load(): Promise<boolean> {
    const { pool } = this.parts;
    await this.#idleMove;
    const revivals = this.#revivals;
    const checkpoint = await readCheckpoint(pool, this.id);
    if (checkpoint === undefined) return false;
    if (revivals !== this.#revivals) return this.#load();
    this.subjects = await parkedSubjects(pool, this.id);
    this.parkedVersion = checkpoint.parkedVersion;
    this.#persisted = this.#position = checkpoint.position;
    this.#state = checkpoint.state;
    this.#beside = checkpoint.shadow !== null;
    this.#storedOutput = checkpoint.lastOutput;
    if (comparePositions(checkpoint.lastOutput, this.lastOutput) > 0) this.lastOutput = checkpoint.lastOutput;
    this.parts.onMoved();
    return checkpoint.state !== 'failed';
  }

  #busy = false;

  async #follow(signal: AbortSignal, tail: Tail, fine: () => void): Promise<void> {
    while (!signal.aborted && this.#state !== 'failed') {
      const next = tail.after(this.#position, this.pageSize);
      if (next === 'nothing') {
        if (this.#state === 'building') await this.#takeOver();
        await tail.news(signal, 1_000);
      } else if (next === 'behind') {
        await this.#catchUp(signal, fine);
      } else if (next === 'unknown') {
        await this.#catchUp(signal, fine);
        await tail.news(signal, 500);
      } else {
        const began = performance.now();
        const wanted = next.events.filter(this.#wants);
        await this.#pass(wanted, next.readTo, signal);
        fine();
        // A stretch that was not cut ended where the log did: while the log is busy there is no other sign of being up to date.
        if (this.#state === 'building' && next.events.length < this.pageSize) await this.#takeOver();
        if (wanted.length > 0) await this.#gather(began + gatherMs - performance.now(), signal);
      }
    }
  }

  /** Lets the next page come together, unless somebody waits for it. */
  async #gather(ms: number, signal: AbortSignal): Promise<void> {
    if (ms >= 1 && comparePositions(this.#hurriedTo, this.#position) <= 0) await this.#hurry.next(signal, ms);
  }

  /** Too far behind for the tail: reads the log itself, up to what was its end. */
  async #catchUp(signal: AbortSignal, fine: () => void): Promise<void> {
    for await (const page of this.pagesFrom(this.#position, signal)) {
      await this.#pass(page.events, page.readTo, signal);
      fine();
      if (signal.aborted || this.#state === 'failed') return;
    }
  }

  async #pass(wanted: readonly StoredEvent[], readTo: Position, signal: AbortSignal): Promise<void> {
    this.#busy = true;
    try {
      await this.#idleMove;
      if (wanted.length > 0) await this.take(wanted, readTo, signal);
      else this.#position = readTo;
    } finally {
      this.#busy = false;
    }
    this.parts.onMoved();
  }

  /** Built up to the head: from now on it is the one, and what older versions kept goes. */
  async #takeOver(): Promise<void> {
    // Whose place is taken has a checkpoint of its own: no idle moves, which would hold one of the two and wait for the other.
    this.#busy = this.#beside;
    try {
      await this.beforeTakeOver();
      await this.#idleMove;
      const { position, older } = await transaction(this.parts.pool, (tx) => this.takeOver(tx));
      this.#state = 'running';
      this.#beside = false;
      if (position !== undefined) this.#persisted = this.#position = position;
      if (older.length > 0) {
        this.parts.log(
          'info',
          `${this.id.name} version ${this.id.version} took over from version ${older.join(', ')}.`,
        );
      }
    } finally {
      this.#busy = false;
    }
    this.parts.onMoved();
  }

  /** What is built is complete, and not read yet. */
  protected beforeTakeOver(): Promise<void> {
    return Promise.resolve();
  }

  /** The versions that are gone, and where it stands when that changed. */
  protected async takeOver(tx: PoolClient): Promise<TakenOver> {
    await setState(tx, this.id, 'running');
    return { older: await dropOlderVersions(tx, this.consumer) };
  }
}

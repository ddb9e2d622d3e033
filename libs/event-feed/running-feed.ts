import type { Pool } from 'pg';
import type { EventStore, Position } from '../event-store/port.js';
import { Bell } from '../platform/bell.js';
import { readCheckpoint } from './checkpoints.js';
import { Consequences } from './consequences.js';
import { silent, type FeedLog } from './feed-log.js';
import { Gate } from './gate.js';
import { SharedReading } from './shared-reading.js';
import { observeElsewhere, saveIdleMoves } from './housekeeping.js';
import { listParked, reasonOf } from './parking.js';
import { PolicyRunner } from './policy-runner.js';
import {
  EventFeed,
  isProjection,
  type ConsumerStatus,
  type ParkedEvent,
  type Policy,
  type Projection,
  type VerifyResult,
} from './port.js';
import { buildFailedAnew, prepare } from './preparation.js';
import { ProjectionRunner } from './projection-runner.js';
import { rebuildProjection } from './rebuild.js';
import { retryParked } from './retry-parked.js';
import type { FeedParts, Runner } from './runner.js';
import { Settling } from './settling.js';
import { standInsOf } from './stand-ins.js';
import { statusesOf } from './statuses.js';
import { Succession } from './succession.js';
import type { Transport } from './transport.js';
import { verifyProjection } from './verify.js';

export interface RunningFeedOptions {
  readonly transport: Transport;
  readonly pool: Pool;
  readonly store: EventStore;
  readonly log?: FeedLog;
}

const settleTimeoutMs = 5_000;
/** How soon others learn of moves past events nobody wanted, and how soon we learn of what others run … */
const housekeepingMs = 200;
/** … and how soon while somebody waits for that. */
const awaitedMs = 20;

/** The feed of a process: its consumers, run along what the transport brings. */
export class RunningFeed extends EventFeed {
  readonly #pool: Pool;
  readonly #store: EventStore;
  readonly #log: FeedLog;
  readonly #consequences = new Consequences();
  readonly #settling = new Settling(this.#consequences, () => this.#wakeHousekeeping());
  readonly #listeners = new Map<string, Set<(readTo: Position) => void>>();
  readonly #consumers = new Map<string, Succession>();
  readonly #parts: FeedParts;
  /** One at a time: each holds a connection, and those of one consumer would only wait for each other. */
  readonly #retryGate = new Gate(1);
  readonly #transport: Transport;
  #started = false;
  #prepared: Promise<void> | undefined;
  readonly #bell = new Bell();
  readonly #over = new AbortController();
  #housekeeping: Promise<void> = Promise.resolve();

  constructor({ transport, pool, store, log = silent }: RunningFeedOptions) {
    super();
    this.#transport = transport;
    this.#pool = pool;
    this.#store = store;
    this.#log = log;
    this.#parts = {
      pool,
      store,
      reading: new SharedReading(store),
      foldGate: new Gate(4),
      buildGate: new Gate(2),
      reactGate: new Gate(16),
      log,
      onMoved: () => this.#moved(),
    };
  }

  override register(consumer: Projection | Policy): void {
    if (this.#prepared !== undefined) throw new Error(`${consumer.name} comes too late: the feed has started.`);
    if (this.#consumers.has(consumer.name)) throw new Error(`There are two consumers named ${consumer.name}.`);
    this.#consumers.set(consumer.name, this.#successionOf(consumer));
  }

  override async start(): Promise<void> {
    if (this.#started) return;
    this.#started = true;
    await this.#prepare();
    await buildFailedAnew(this.#pool, this.#all());
    await this.#transport.start(this.#runners(), {
      pool: this.#pool,
      store: this.#store,
      log: this.#log,
      onAwaited: () => {
        for (const runner of this.#runners()) runner.hurry('0');
        this.#bell.ring();
      },
    });
    this.#housekeeping = this.#keepHouse();
  }

  /** Ends within the time the reactions and folds in hand take. */
  override async stop(): Promise<void> {
    this.#over.abort();
    await this.#housekeeping;
    this.#settling.end();
    if (!this.#started) return;
    await saveIdleMoves(this.#pool, this.#runners()).catch(() => undefined);
    await this.#transport.stop();
    this.#started = false;
  }

  override settled(
    position: Position,
    { timeoutMs = settleTimeoutMs, consumers }: { timeoutMs?: number; consumers?: readonly string[] } = {},
  ): Promise<boolean> {
    const awaited = consumers === undefined ? this.#all() : consumers.map((name) => this.#named(name));
    return this.#settling.settled(awaited, position, timeoutMs);
  }

  override async caughtUp(consumers: readonly string[], timeoutMs = settleTimeoutMs): Promise<boolean> {
    return this.settled(await this.#store.head(), { consumers, timeoutMs });
  }

  override onCommitted(consumer: string, listener: (readTo: Position) => void): () => void {
    const listeners = this.#listeners.get(consumer) ?? new Set();
    this.#listeners.set(consumer, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  override async status(): Promise<readonly ConsumerStatus[]> {
    await this.#prepare();
    const head = await this.#store.head();
    const [consumers, carriers] = await Promise.all([
      statusesOf(this.#pool, this.#all(), head),
      this.#transport.status(head),
    ]);
    return [...consumers, ...carriers];
  }

  override faults(): readonly string[] {
    return this.#transport.faults();
  }

  override async parked(consumer?: string): Promise<readonly ParkedEvent[]> {
    await this.#prepare();
    const asked = consumer === undefined ? this.#all() : [this.#named(consumer)];
    // What is built beside another version parks nothing: an event that does not fold ends the building.
    return listParked(
      this.#pool,
      asked.flatMap(({ ids }) => ids),
    );
  }

  override async retryParked(consumer: string, subject: string): Promise<{ released: number }> {
    await this.#prepare();
    const runner = await this.#answering(this.#named(consumer));
    const retried = await this.#retryGate.through(() => retryParked(this.#pool, this.#store, runner, subject));
    if (retried.released > 0) this.#tell(consumer, runner.position);
    return retried;
  }

  override async rebuild(name: string, onProgress: (done: number, total: number) => void = () => undefined) {
    await this.#prepare();
    const rebuilt = await this.#withAnswering(this.#named(name), async (runner) => {
      if (!isProjection(runner.consumer)) throw new Error(`${name} is a policy: only projections are rebuilt.`);
      await rebuildProjection(this.#pool, this.#store, runner.consumer, onProgress);
      return runner;
    });
    rebuilt.revive();
    this.#tell(name, rebuilt.position);
  }

  override async verify(
    onProgress: (projection: string, done: number, total: number) => void = () => undefined,
  ): Promise<readonly VerifyResult[]> {
    await this.#prepare();
    const results: VerifyResult[] = [];
    for (const succession of this.#all()) {
      const told = (done: number, total: number): void => onProgress(succession.name, done, total);
      const verified = await this.#withAnswering(succession, async ({ consumer }) =>
        isProjection(consumer) ? verifyProjection(this.#pool, this.#store, consumer, told) : [],
      );
      results.push(...verified);
    }
    return results;
  }

  #prepare(): Promise<void> {
    this.#prepared ??= prepare(this.#pool, this.#all()).catch((error: unknown) => {
      this.#prepared = undefined;
      throw error;
    });
    return this.#prepared;
  }

  #all(): readonly Succession[] {
    return [...this.#consumers.values()];
  }

  #runners(): readonly Runner[] {
    return this.#all().flatMap(({ runners }) => runners);
  }

  #named(name: string): Succession {
    const succession = this.#consumers.get(name);
    if (succession === undefined) throw new Error(`There is no consumer named ${name}.`);
    return succession;
  }

  #successionOf(consumer: Projection | Policy): Succession {
    if (!isProjection(consumer)) {
      return new Succession(
        new PolicyRunner(consumer, this.#parts, (cause, output) =>
          this.#consequences.wrote(consumer.name, cause, output),
        ),
      );
    }
    standInsOf(consumer);
    const runnerOf = (projection: Projection): Runner =>
      new ProjectionRunner(projection, this.#parts, (readTo) => {
        if (succession.answering.consumer === projection) this.#tell(projection.name, readTo);
      });
    const succession: Succession = new Succession(
      runnerOf(consumer),
      consumer.replaces && runnerOf(consumer.replaces.projection),
    );
    return succession;
  }

  /** The version that answers now, as the database has it: also where nothing runs in this process. */
  async #answering({ previous, current }: Succession): Promise<Runner> {
    return previous !== undefined && (await readCheckpoint(this.#pool, previous.id)) !== undefined ? previous : current;
  }

  /** Does something with the version that answers; and again with the new one, when that took over meanwhile. */
  async #withAnswering<T>(succession: Succession, work: (runner: Runner) => Promise<T>): Promise<T> {
    const runner = await this.#answering(succession);
    try {
      return await work(runner);
    } catch (error) {
      if ((await this.#answering(succession)) === runner) throw error;
      return work(succession.current);
    }
  }

  /** Some consumer moved: perhaps it was a new version that took over. */
  #moved(): void {
    for (const succession of this.#consumers.values()) {
      if (succession.succeed()) this.#tell(succession.name, succession.current.position);
    }
    this.#settling.moved();
  }

  #tell(consumer: string, readTo: Position): void {
    for (const listener of this.#listeners.get(consumer) ?? []) {
      try {
        listener(readTo);
      } catch (error) {
        this.#log('warn', `A listener of ${consumer} failed: ${reasonOf(error)}`);
      }
    }
  }

  async #keepHouse(): Promise<void> {
    const { signal } = this.#over;
    while (!signal.aborted) {
      const awaited = this.#settling.awaitsElsewhere;
      await this.#bell.next(signal, awaited ? awaitedMs : housekeepingMs);
      await saveIdleMoves(this.#pool, this.#runners())
        .then(() => this.#lookElsewhere(awaited))
        .catch(() => undefined);
    }
  }

  #wakeHousekeeping(): void {
    if (this.#settling.awaitsElsewhere) this.#bell.ring();
  }

  /** The progress of consumers that another process runs counts for those who wait or listen here. */
  async #lookElsewhere(awaited: boolean): Promise<void> {
    for (const { id, position } of await observeElsewhere(this.#pool, this.#runners(), awaited)) {
      this.#moved();
      if (this.#named(id.name).answering.id === id) this.#tell(id.name, position);
    }
  }
}

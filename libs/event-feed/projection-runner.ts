import type { PoolClient } from 'pg';
import type { AllPage, Position, StoredEvent } from '../event-store/port.js';
import { analyze } from './analyze.js';
import { moveCheckpoint, readCheckpoint } from './checkpoints.js';
import { park, parkedSubjects, reasonOf, subjectOf, waitsForEarlier, type ToPark } from './parking.js';
import type { Projection } from './port.js';
import { Runner, isTransient, type FeedParts } from './runner.js';
import { ShadowNames } from './shadow-names.js';
import { takeOverFromBeside, type TakenOver } from './take-over.js';
import { transaction } from './transaction.js';

/** Folds pages into the tables of a projection, with the checkpoint in the same transaction. */
export class ProjectionRunner extends Runner<Projection> {
  protected override readonly pageSize = 2_000;
  readonly #onCommitted: (readTo: Position) => void;
  #analyzed = false;

  constructor(projection: Projection, parts: FeedParts, onCommitted: (readTo: Position) => void) {
    super(projection, parts);
    this.#onCommitted = onCommitted;
  }

  protected override pagesFrom(position: Position, signal: AbortSignal): AsyncIterable<AllPage> {
    return this.parts.reading.pages(position, this.consumer.wants, this.pageSize, signal);
  }

  protected override async take(events: readonly StoredEvent[], to: Position): Promise<void> {
    const gate = this.beside ? this.parts.buildGate : this.parts.foldGate;
    const done = await gate.through(async () => {
      try {
        await this.#commit(to, (tx, parked) => this.#foldPage(events, tx, parked));
        return true;
      } catch (error) {
        if (isTransient(error)) throw error;
      }
      // Somewhere in this page is an event that does not fold: find it.
      if (this.state === 'building') return this.#stopAtPoison(events, to);
      await this.#commit(to, (tx, parked) => this.#foldEach(events, tx, parked));
      return true;
    });
    if (!done) return;
    this.moved(to);
    this.#onCommitted(to);
  }

  /** Once, however often it has to queue for its tables then; of an empty log there is nothing to tell. */
  protected override async beforeTakeOver(): Promise<void> {
    if (this.#analyzed || this.position === '0') return;
    this.#analyzed = true;
    const { pool, log } = this.parts;
    const shadow = (await readCheckpoint(pool, this.id))?.shadow ?? null;
    const names = shadow === null ? undefined : new ShadowNames(this.consumer, shadow);
    await analyze(
      pool,
      this.consumer.tables.map((table) => names?.of(table) ?? table),
      log,
    );
  }

  protected override async takeOver(tx: PoolClient): Promise<TakenOver> {
    const own = await readCheckpoint(tx, this.id);
    if (!own || own.shadow === null) return super.takeOver(tx);
    return takeOverFromBeside(tx, this.parts.store, this.consumer, (to) => this.marksAt(to));
  }

  /** One transaction: the right to move, the fold, the events set aside. */
  async #commit(
    to: Position,
    fold: (tx: PoolClient, parked: ReadonlySet<string>) => Promise<readonly ToPark[]>,
  ): Promise<void> {
    const { parkedVersion, subjects } = await transaction(this.parts.pool, async (tx) => {
      const checkpoint = await moveCheckpoint(tx, this.id, this.persisted, to, { marks: this.marksAt(to) });
      const known = checkpoint.parkedVersion === this.parkedVersion;
      const parked = known ? this.subjects : await parkedSubjects(tx, this.id);
      // Where it is built says the row that is held now: it may have taken over since this runner looked.
      const { shadow } = checkpoint;
      const into = shadow === null ? tx : new ShadowNames(this.consumer, shadow).client(tx);
      await park(tx, this.id, await fold(into, parked));
      return { parkedVersion: checkpoint.parkedVersion, subjects: parked };
    });
    // Parking raised the version in the database: the next page sees that and reads the subjects anew.
    this.parkedVersion = parkedVersion;
    this.subjects = subjects;
  }

  async #foldPage(
    events: readonly StoredEvent[],
    tx: PoolClient,
    parked: ReadonlySet<string>,
  ): Promise<readonly ToPark[]> {
    if (parked.size === 0) {
      await this.consumer.fold(events, tx);
      return [];
    }
    const free = events.filter((event) => !parked.has(subjectOf(event)));
    if (free.length > 0) await this.consumer.fold(free, tx);
    return events.filter((event) => parked.has(subjectOf(event))).map((event) => ({ event, reason: waitsForEarlier }));
  }

  /** Event by event: what fails is parked, what follows it of the same subject waits, the rest is folded. */
  async #foldEach(
    events: readonly StoredEvent[],
    tx: PoolClient,
    alreadyParked: ReadonlySet<string>,
  ): Promise<readonly ToPark[]> {
    const subjects = new Set(alreadyParked);
    const parked: ToPark[] = [];
    for (const event of events) {
      if (subjects.has(subjectOf(event))) {
        parked.push({ event, reason: waitsForEarlier });
        continue;
      }
      const reason = await foldOne(this.consumer, event, tx);
      if (reason === undefined) continue;
      this.parts.log('error', `${this.id.name} parked ${event.type} at ${event.position}: ${reason}`);
      subjects.add(subjectOf(event));
      parked.push({ event, reason });
    }
    return parked;
  }

  async #stopAtPoison(events: readonly StoredEvent[], to: Position): Promise<boolean> {
    let told: string | undefined;
    await this.#commit(to, async (tx) => {
      for (const event of events) {
        const reason = await foldOne(this.consumer, event, tx);
        if (reason === undefined) continue;
        told = `${event.type} at ${event.position}: ${reason}`;
        throw new Error(told);
      }
      return [];
    }).catch((error: unknown) => {
      if (told === undefined) throw error;
    });
    if (told === undefined) return true;
    await this.fail(told);
    return false;
  }
}

/** Folds one event behind a savepoint; gives the reason when it does not fold. */
export async function foldOne(projection: Projection, event: StoredEvent, tx: PoolClient): Promise<string | undefined> {
  await tx.query('SAVEPOINT one_event');
  try {
    await projection.fold([event], tx);
    await tx.query('RELEASE SAVEPOINT one_event');
    return undefined;
  } catch (error) {
    if (isTransient(error)) throw error;
    await tx.query('ROLLBACK TO SAVEPOINT one_event');
    return reasonOf(error);
  }
}

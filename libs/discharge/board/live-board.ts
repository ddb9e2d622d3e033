import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { EventFeed } from '#libs/event-feed/port.js';
import { comparePositions, type Position } from '#libs/event-store/port.js';
import { nameOf } from '#libs/platform/errors.js';
import { BoardReader, boardConsumers } from './board-reader.js';
import { CaseHistories } from './case-histories.js';
import { isOpenStatus } from './domain/standing.js';
import { NamedRows, type BoardRow } from './named-rows.js';

/** One case's row as it now is; `row` is null where the case has none any more. */
export interface Change {
  readonly caseId: string;
  /** Who has seen this has seen everything up to here. */
  readonly id: Position;
  readonly row: BoardRow | null;
}

export interface Viewer {
  /** Changes in the order of their ids. */
  show(changes: readonly Change[]): void;
  /** Waits until what was shown has been taken; `false` when the viewer is gone. */
  taken(): Promise<boolean>;
}

/** Changes kept in memory for viewers who come back; older ones are read from the tables. */
const kept = 5000;
/** The past is shown in parts of so many, each once the viewer has taken the one before. */
const partOfPast = 50;
/** News of one moment goes out together. */
const gatherMs = 100;
/** The truth about what is new is in the tables; the feed's call only makes it quicker, and only in the process that folds. */
const pollMs = 1000;

/** Stops at a viewer that is gone. */
const showInParts = async (viewer: Viewer, changes: readonly Change[]): Promise<void> => {
  for (let from = 0; from < changes.length; from += partOfPast) {
    viewer.show(changes.slice(from, from + partOfPast));
    if (!(await viewer.taken())) return;
  }
};

/**
 * The board as it changes, for everybody who watches it: what changed is looked up and made into rows once, however many watch.
 * An id is never beyond what every read model of it has folded, so that a viewer who comes back with it has missed nothing.
 */
@Injectable()
export class LiveBoard implements OnModuleDestroy {
  private readonly logger = new Logger('live-board');
  private readonly viewers = new Set<Viewer>();
  private cursor: Position | undefined;
  private recentFrom: Position = '0';
  private recent: Change[] = [];
  private openCases = new Map<string, string>();
  private starting: Promise<Position> | undefined;
  private looking = false;
  private lookAgain = false;
  private unsubscribe: (() => void)[] = [];
  private poll: NodeJS.Timeout | undefined;
  private gathering: NodeJS.Timeout | undefined;

  constructor(
    private readonly reader: BoardReader,
    private readonly histories: CaseHistories,
    private readonly names: NamedRows,
    private readonly feed: EventFeed,
  ) {}

  onModuleDestroy(): void {
    this.stop();
  }

  /** Open cases in view of somebody who sees this hospital only, or all: what the audit of a live board tells. */
  inView(hospital: string | undefined): readonly string[] {
    return [...this.openCases].flatMap(([caseId, of]) => (hospital === undefined || hospital === of ? [caseId] : []));
  }

  /**
   * Shows everything after `since` (default: from now on). `'reset'`: that position is none of this log's; the viewer must begin anew.
   * Returns how to leave.
   */
  async watch(viewer: Viewer, since?: Position): Promise<{ readonly from: Position | 'reset'; leave(): void }> {
    const cursor = await this.started();
    const waiting: Change[][] = [];
    // From here on nothing is missed: what comes while the past is looked up waits.
    const gate: Viewer = {
      show: (changes) => void waiting.push([...changes]),
      taken: () => Promise.resolve(true),
    };
    this.viewers.add(gate);
    const leave = (): void => {
      this.viewers.delete(gate);
      this.viewers.delete(viewer);
      if (this.viewers.size === 0) this.stop();
    };
    try {
      const known = since === undefined || comparePositions(since, await this.reader.position()) <= 0;
      if (since !== undefined && known) await showInParts(viewer, await this.after(since));
      for (let changes = waiting.shift(); changes; changes = waiting.shift()) await showInParts(viewer, changes);
      if (this.viewers.delete(gate)) this.viewers.add(viewer);
      return { from: known ? (since ?? cursor) : 'reset', leave };
    } catch (error) {
      leave();
      throw error;
    }
  }

  private async after(since: Position): Promise<readonly Change[]> {
    if (comparePositions(since, this.recentFrom) >= 0)
      return this.recent.filter(({ id }) => comparePositions(id, since) > 0);
    return this.changesAfter(since, await this.reader.position());
  }

  private async changesAfter(since: Position, head: Position): Promise<readonly Change[]> {
    const news = await this.histories.shownAnewSince(since);
    if (news.length === 0) return [];
    const clocks = this.reader.now();
    const rows = await this.reader.rowsOf(
      news.map(({ caseId }) => caseId),
      clocks,
    );
    const named = new Map((await this.names.name(rows, clocks.asOf)).map((row) => [row.caseId, row]));
    return news.map(({ caseId, position }, index) => {
      const next = news[index + 1];
      // Of several rows changed at one position only the last may carry it: a viewer cut off between them gets them all again.
      const own =
        next?.position === position
          ? (news.findLast((one) => comparePositions(one.position, position) < 0)?.position ?? since)
          : position;
      return { caseId, id: comparePositions(own, head) > 0 ? head : own, row: named.get(caseId) ?? null };
    });
  }

  private async started(): Promise<Position> {
    if (this.cursor !== undefined) return this.cursor;
    this.starting ??= this.start().finally(() => (this.starting = undefined));
    return this.starting;
  }

  private async start(): Promise<Position> {
    const { position, rows } = await this.reader.board({});
    this.openCases = new Map(rows.map(({ caseId, hospital }) => [caseId, hospital]));
    this.cursor = position;
    this.recent = [];
    this.recentFrom = position;
    const look = (): void => {
      this.gathering ??= setTimeout(() => {
        this.gathering = undefined;
        void this.look();
      }, gatherMs);
    };
    this.unsubscribe = boardConsumers.map((consumer) => this.feed.onCommitted(consumer, look));
    this.poll = setInterval(() => void this.look(), pollMs);
    this.poll.unref();
    return position;
  }

  private stop(): void {
    for (const leave of this.unsubscribe) leave();
    this.unsubscribe = [];
    clearInterval(this.poll);
    clearTimeout(this.gathering);
    this.gathering = undefined;
    this.cursor = undefined;
  }

  private async look(): Promise<void> {
    if (this.looking) {
      this.lookAgain = true;
      return;
    }
    this.looking = true;
    try {
      do {
        this.lookAgain = false;
        await this.lookOnce();
      } while (this.lookAgain);
    } catch (error) {
      // The next poll tries again from the same position: nothing is lost.
      this.logger.warn(`The live board could not be read: ${nameOf(error)}`);
    } finally {
      this.looking = false;
    }
  }

  private async lookOnce(): Promise<void> {
    const since = this.cursor;
    if (since === undefined) return;
    const head = await this.reader.position();
    if (comparePositions(head, since) <= 0) return;
    const changes = await this.changesAfter(since, head);
    // Everybody may have left, and somebody come back, in the meantime.
    if (this.cursor !== since) return;
    this.cursor = head;
    this.remember(changes);
    for (const viewer of [...this.viewers]) viewer.show(changes);
  }

  private remember(changes: readonly Change[]): void {
    for (const { caseId, row } of changes) {
      if (row && isOpenStatus(row.status)) this.openCases.set(caseId, row.hospital);
      else this.openCases.delete(caseId);
    }
    this.recent.push(...changes);
    const excess = this.recent.length - kept;
    if (excess > 0) {
      this.recentFrom = this.recent[excess - 1]?.id ?? this.recentFrom;
      this.recent = this.recent.slice(excess);
    }
  }
}

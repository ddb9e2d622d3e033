import { Injectable } from '@nestjs/common';
import { EventFeed } from '#libs/event-feed/port.js';
import { comparePositions, type Position } from '#libs/event-store/port.js';
import { Clock } from '#libs/platform/clock.js';
import { feedStatesConsumer } from '../feeds/feed-states.projection.js';
import type { TroubledFeed } from '../feeds/feed-states.js';
import { staysConsumer } from '../stays/stays.projection.js';
import { clocksOf, statusesOf, type BoardQuery } from './board-question.js';
import { CaseHistories, type Choice, type Histories } from './case-histories.js';
import { casesConsumer } from './cases.projection.js';
import type { CaseHistory, Clocks, StayVersions } from './domain/history.js';
import { rowAt, type FeedOfRow, type Row, type RowContext } from './domain/row-at.js';
import { isOpenStatus, type CaseStatus } from './domain/standing.js';

/** A hospital that is silent for longer has a late feed, whatever intake says or does not say of it: its rows are not to be taken for fresh. */
export const feedLateAfterHours = 4;

export interface BoardAt {
  readonly asOf: string;
  readonly knownAt: string;
  /** The rows hold all that the log says up to here. */
  readonly position: Position;
  readonly rows: readonly Row[];
}

/** Histories in hand, from which rows of any instant can be made. */
export interface RowSource {
  readonly cases: readonly CaseHistory[];
  readonly stays: StayVersions;
  contextOf(history: CaseHistory): RowContext;
}

const isOneOf = (asked: string | undefined, ...parts: readonly (string | null | undefined)[]): boolean =>
  asked === undefined || parts.includes(asked);

/** Whether a row is one of those asked for. */
export const matches = (
  row: Row | Omit<Row, 'stayAge' | 'nextAction'>,
  query: BoardQuery,
  statuses: readonly CaseStatus[],
): boolean =>
  statuses.includes(row.status) &&
  isOneOf(query.hospital, row.hospital) &&
  isOneOf(query.ward, row.ward) &&
  (query.pathway === undefined || query.pathway.includes(row.pathway === null ? 'unassigned' : String(row.pathway))) &&
  isOneOf(query.owner, row.owner?.organisation, row.owner?.person) &&
  isOneOf(query.authority, row.homeAuthority);

const ragOrder = { red: 0, grey: 1, amber: 2, green: 3 } as const;
const urgency = (row: Row): number => (row.rag === null ? 4 : ragOrder[row.rag]);

/** What needs a decision first: by colour, then by how long the person has been ready, then by how long they have been here. */
export const byUrgency = (a: Row, b: Row): number =>
  urgency(a) - urgency(b) ||
  (b.daysSinceReady ?? -1) - (a.daysSinceReady ?? -1) ||
  (b.losDays ?? -1) - (a.losDays ?? -1) ||
  (a.caseId < b.caseId ? -1 : 1);

/** Rows of the board, without names: those are put to them at the edge. */
@Injectable()
export class BoardReader {
  constructor(
    private readonly histories: CaseHistories,
    private readonly feed: EventFeed,
    private readonly clock: Clock,
  ) {}

  async board(query: BoardQuery): Promise<BoardAt> {
    const clocks = clocksOf(query, this.clock.now());
    const statuses = statusesOf(query);
    const { hospital } = query;
    const position = await this.position();
    const source = await this.source({ clocks, openOnly: statuses.every(isOpenStatus), hospital });
    const rows = this.rows(source, clocks).filter((row) => matches(row, query, statuses));
    return { asOf: clocks.asOf, knownAt: clocks.knownAt, position, rows: rows.sort(byUrgency) };
  }

  /** Rows of cases whose person left hospital alive since then. */
  async leftSince(since: string, clocks: Clocks, hospital?: string): Promise<readonly Row[]> {
    const source = await this.source({ clocks, openOnly: false, hospital, endedFrom: since });
    return this.rows(source, clocks).filter(
      ({ status, ended }) => status === 'discharged' && (ended?.at ?? '') >= since,
    );
  }

  /** Hospitals whose feed has been silent for too long, and since when. */
  async silentFeeds(clocks: Clocks, hospitals: readonly string[]): Promise<readonly TroubledFeed[]> {
    const [heard, troubled] = await Promise.all([
      this.histories.lastHeard(hospitals, clocks),
      this.histories.troubledFeeds(clocks),
    ]);
    return hospitals.flatMap((hospital) => {
      const { state, since } = feedOf(hospital, { heard, troubled }, clocks);
      return state === 'live' || since === null ? [] : [{ hospital, state, since }];
    });
  }

  /** The same for every hospital on the board of now, or this one. */
  async silentNow(hospital?: string): Promise<readonly TroubledFeed[]> {
    return this.silentFeeds(this.now(), hospital === undefined ? await this.histories.hospitals() : [hospital]);
  }

  /** Whatever their status; those without a row then are missing. */
  async rowsOf(caseIds: readonly string[], clocks: Clocks): Promise<readonly Row[]> {
    if (caseIds.length === 0) return [];
    return this.rows(await this.source({ clocks, openOnly: false, caseIds }), clocks);
  }

  rows({ cases, stays, contextOf }: RowSource, clocks: Clocks): Row[] {
    return cases.flatMap((history) => rowAt(history, stays, clocks, contextOf(history)) ?? []);
  }

  async source(choice: Choice): Promise<RowSource> {
    const { cases, stays, heard, troubled } = await this.histories.load(choice);
    const contextOf = (history: CaseHistory): RowContext => {
      const hospital = hospitalOf(history);
      return hospital === undefined ? {} : { feed: feedOf(hospital, { heard, troubled }, choice.clocks) };
    };
    return { cases, stays, contextOf };
  }

  now(): Clocks {
    const now = this.clock.now();
    return { asOf: now, knownAt: now, live: true };
  }

  /** Up to here the read models behind the board have folded the log, whichever process folds them. */
  async position(): Promise<Position> {
    const positions = (await this.feed.status())
      .filter(({ name, beside }) => !beside && boardConsumers.includes(name))
      .map(({ position }) => position);
    return positions.sort(comparePositions)[0] ?? '0';
  }
}

/** What the board is made of. */
export const boardConsumers: readonly string[] = [casesConsumer, staysConsumer, feedStatesConsumer];

/** Intake knows what is usual at this hour; where it says nothing, a hospital of which nothing was heard for hours is silent too. */
const feedOf = (
  hospital: string,
  { heard, troubled }: Pick<Histories, 'heard' | 'troubled'>,
  clocks: Clocks,
): FeedOfRow => {
  const told = troubled.get(hospital);
  if (told) return { state: told.state, since: told.since };
  const last = heard.get(hospital);
  return last !== undefined && isLate(last, clocks) ? { state: 'silent', since: last } : { state: 'live', since: null };
};

const isLate = (heard: string, { knownAt }: Clocks): boolean =>
  Date.parse(knownAt) - Date.parse(heard) > feedLateAfterHours * 3_600_000;

const hospitalOf = ({ facts }: CaseHistory): string | undefined => {
  const first = facts[0];
  return first?.type === 'CaseReferred' ? first.data.hospital : undefined;
};

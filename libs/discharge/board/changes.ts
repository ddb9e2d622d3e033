import { Injectable } from '@nestjs/common';
import { IsString } from 'class-validator';
import { EventFeed } from '#libs/event-feed/port.js';
import { comparePositions, type Position } from '#libs/event-store/port.js';
import { Clock } from '#libs/platform/clock.js';
import { parseInstant } from '#libs/platform/instant.js';
import { ListQuery } from '#libs/platform/list.js';
import { Problem } from '#libs/platform/problem.js';
import { IsText, MayBeLeftOut } from '#libs/platform/validation.js';
import { isPosition } from '#libs/platform/wait-for.js';
import { Huddles } from '../huddle/huddles.js';
import { clocksOf } from './board-question.js';
import { BoardReader } from './board-reader.js';
import { CaseHistories } from './case-histories.js';
import { isKnown, type CaseHistory, type Clocks } from './domain/history.js';
import { NamedRows, type BoardRow } from './named-rows.js';

/** `GET /board/changes`: since an instant, a position, or `last-huddle`, not including it. */
export class ChangesQuery extends ListQuery {
  @IsString({ message: 'must be an instant, a position or last-huddle' })
  since = '';

  @MayBeLeftOut()
  @IsText(64)
  hospital?: string;
}

/** What somebody who looked then would see changed now. */
const compared = [
  'status',
  'hospital',
  'ward',
  'bed',
  'criteriaToReside',
  'dischargeReadyDate',
  'pathway',
  'expectedDischargeDate',
  'slips',
  'delays',
  'owner',
  'nextAction',
  'brokerage',
  'flags',
  'escalation',
  'rag',
  'name',
  'age',
] as const satisfies readonly (keyof BoardRow)[];

export interface ChangedCase {
  readonly caseId: string;
  readonly changedAt: string;
  /** There was no row of this case then. */
  readonly isNew: boolean;
  readonly changes: readonly { readonly field: string; readonly from: unknown; readonly to: unknown }[];
  readonly events: readonly {
    readonly eventId: string;
    readonly type: string;
    readonly occurredAt: string;
    readonly recordedAt: string;
  }[];
  readonly row: BoardRow | null;
}

type Since = { readonly knownAt: string } | { readonly upTo: Position };

/** The difference that news made, both sides looked at as of now: time passing alone is no change. */
@Injectable()
export class BoardChanges {
  constructor(
    private readonly reader: BoardReader,
    private readonly histories: CaseHistories,
    private readonly names: NamedRows,
    private readonly huddles: Huddles,
    private readonly clock: Clock,
    private readonly feed: EventFeed,
  ) {}

  async since(query: { readonly since: string; readonly hospital?: string }): Promise<readonly ChangedCase[]> {
    const since = await this.sinceOf(query);
    const news = await ('upTo' in since
      ? this.histories.changedSince(since.upTo)
      : this.histories.changedAfter(since.knownAt));
    const caseIds = news.map(({ caseId }) => caseId);
    if (caseIds.length === 0) return [];
    const now = this.reader.now();
    const then: Clocks = { asOf: now.asOf, knownAt: now.knownAt, ...since };
    const [sourceNow, sourceThen] = await Promise.all([
      this.reader.source({ clocks: now, openOnly: false, caseIds }),
      this.reader.source({ clocks: then, openOnly: false, caseIds }),
    ]);
    const [rowsNow, rowsThen] = await Promise.all([
      this.names.name(this.reader.rows(sourceNow, now), now.asOf),
      this.names.name(this.reader.rows(sourceThen, then), now.asOf),
    ]);
    const after = byCase(rowsNow);
    const before = byCase(rowsThen);
    return sourceNow.cases.flatMap((history) => {
      const row = after.get(history.caseId) ?? null;
      const earlier = before.get(history.caseId) ?? null;
      const hospital = (row ?? earlier)?.hospital;
      if (query.hospital !== undefined && hospital !== query.hospital) return [];
      const changes = differences(earlier, row);
      const events = eventsAfter(history, then);
      if (changes.length === 0 && events.length === 0) return [];
      const changedAt = [row?.updatedAt, ...events.map(({ recordedAt }) => recordedAt)]
        .filter((at) => at !== undefined)
        .sort();
      return [
        {
          caseId: history.caseId,
          changedAt: changedAt.at(-1) ?? now.asOf,
          isNew: earlier === null,
          changes,
          events,
          row,
        },
      ];
    });
  }

  private async sinceOf({ since, hospital }: { since: string; hospital?: string }): Promise<Since> {
    if (since === 'last-huddle') return { upTo: (await this.huddles.lastFinished(hospital))?.position ?? '0' };
    if (since === '0') return { upTo: since };
    if (isPosition(since)) {
      // A position nobody has been given yet lies in the future.
      if (
        comparePositions(since, await this.reader.position()) > 0 &&
        !(await this.feed.settled(since, { timeoutMs: 1000 }))
      )
        throw Problem.invalidField('since', 'must not lie in the future', 'time.future');
      return { upTo: since };
    }
    const instant = parseInstant(since);
    if (instant === undefined)
      throw Problem.invalidField('since', 'must be an ISO 8601 time with an offset, a position, or last-huddle');
    return { knownAt: clocksOf({ knownAt: instant }, this.clock.now()).knownAt };
  }
}

const byCase = (rows: readonly BoardRow[]): ReadonlyMap<string, BoardRow> =>
  new Map(rows.map((row) => [row.caseId, row]));

const differences = (from: BoardRow | null, to: BoardRow | null): ChangedCase['changes'] =>
  compared.flatMap((field) => {
    const [before, after] = [from?.[field] ?? null, to?.[field] ?? null];
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ field, from: before, to: after }];
  });

const eventsAfter = (history: CaseHistory, then: Clocks): ChangedCase['events'] =>
  [...history.facts, ...history.requests.flatMap((request) => request.facts)]
    .filter((fact) => !isKnown(fact, then))
    .sort((a, b) => comparePositions(a.position, b.position))
    .map(({ eventId, type, occurredAt, recordedAt }) => ({ eventId, type, occurredAt, recordedAt }));

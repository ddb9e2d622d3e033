import { Controller, Get, Headers, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audit } from '#libs/access/audit.js';
import { May } from '#libs/access/may.js';
import { scopeOf } from '#libs/access/scope.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { formatClock, formatDate, londonDate, londonWallClock, startOfLondonDay } from '#libs/nhs/index.js';
import { Clock } from '#libs/platform/clock.js';
import { Pages } from '#libs/platform/pages.js';
import { Settings } from '#libs/platform/settings.js';
import { openSse } from '#libs/platform/sse.js';
import { isPosition } from '#libs/platform/wait-for.js';
import { clocksOf, statusesOf } from '../board/board-question.js';
import { BoardReader, matches } from '../board/board-reader.js';
import { BoardChanges } from '../board/changes.js';
import { LiveBoard, type Change } from '../board/live-board.js';
import { NamedRows, type BoardRow } from '../board/named-rows.js';
import { within } from '../board/scope.js';
import { ragRules, ragVersion } from '../board/domain/rag.js';
import { Huddles } from '../huddle/huddles.js';
import { londonTimeIn } from './form.js';
import { figuresOf } from './huddle-figures.js';
import { addressOf, HuddleQuery } from './huddle-query.js';
import { rowInWords, type RowView } from './huddle-row.js';
import { LiveFigures } from './live-figures.js';
import { RowMarkup } from './row-markup.js';
import { wordOf } from './words.js';

const isWanted = (row: BoardRow, query: HuddleQuery): boolean =>
  matches(row, query, statusesOf(query)) && (query.rag === undefined || row.rag === query.rag);

const choices = (values: readonly (string | null)[], chosen: string | undefined, words = (value: string) => value) => [
  { value: '', text: 'All' },
  ...[...new Set(values)]
    .filter((value): value is string => value !== null && value !== '')
    .sort()
    .map((value) => ({ value, text: words(value), selected: value === chosen })),
];

/** The huddle board (screens.md §1): now and live, or as it stood at any minute. */
@Controller('huddle')
export class HuddlePage {
  constructor(
    private readonly pages: Pages,
    private readonly reader: BoardReader,
    private readonly names: NamedRows,
    private readonly changes: BoardChanges,
    private readonly huddles: Huddles,
    private readonly live: LiveBoard,
    private readonly figures: LiveFigures,
    private readonly markup: RowMarkup,
    private readonly settings: Settings,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  @Get()
  @May('case.read')
  async board(
    @Query() asked: HuddleQuery,
    @Signed() user: SignedIn,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const query = within(asked, user);
    if (asked.at !== undefined || asked.known !== undefined) {
      const instants = { asOf: londonTimeIn({ ...asked }, 'at'), knownAt: londonTimeIn({ ...asked }, 'known') };
      await reply.redirect(addressOf(query, instants), 303);
      return;
    }
    const now = this.clock.now();
    const clocks = clocksOf(query, now);
    const past = query.asOf !== undefined || query.knownAt !== undefined;
    const position = await this.reader.position();
    const { hospital, status } = query;
    const all = await this.reader.board({
      ...(past ? { asOf: clocks.asOf, knownAt: clocks.knownAt } : {}),
      ...(hospital ? { hospital } : {}),
      ...(status ? { status } : {}),
    });
    const named = await this.names.name(all.rows, all.asOf);
    const changed = query.changed ? await this.changedSince(hospital) : undefined;
    const rows = named.filter((row) => isWanted(row, query) && (changed === undefined || changed.has(row.caseId)));
    const discharged = await this.reader.leftSince(startOfLondonDay(londonDate(clocks.asOf)), clocks, hospital);
    const [last, running, silent] = await Promise.all([
      this.huddles.lastFinished(hospital),
      this.huddles.running(hospital),
      this.reader.silentFeeds(clocks, [...new Set(named.map((row) => row.hospital))]),
    ]);
    await this.audit.read({
      user,
      what: past ? 'board as it stood' : 'board',
      caseIds: rows.map(({ caseId }) => caseId),
    });
    const view: RowView = {
      asOf: all.asOf,
      namesHidden: query.names === 'hidden' || query.view === 'wall',
      past,
      council: this.settings.council,
    };
    const local = londonWallClock(all.asOf);
    await this.pages.render(reply, request, 'discharge/pages/huddle.njk', {
      title: 'Huddle board',
      rows: rows.map((row) => ({ ...rowInWords(row, view), changes: changed?.get(row.caseId) })),
      shown: rows.length,
      total: named.length,
      figures: figuresOf(named, discharged, all.asOf),
      query,
      past,
      wall: query.view === 'wall',
      namesHidden: view.namesHidden,
      stood: {
        date: formatDate(local.date),
        clock: formatClock(all.asOf),
        known: query.knownAt
          ? { date: formatDate(londonDate(all.knownAt)), clock: formatClock(all.knownAt) }
          : undefined,
      },
      // What the time field of a browser takes.
      localTime: `${local.date}T${String(local.hour).padStart(2, '0')}:${String(local.minute).padStart(2, '0')}`,
      stream:
        past || query.changed
          ? undefined
          : `/huddle/stream${addressOf(query).replace('/huddle', '')}${addressOf(query).includes('?') ? '&' : '?'}since=${position}`,
      filters: this.filters(named, query, user),
      links: this.links(query),
      last: last && { finishedAt: last.huddle.finishedAt, huddleId: last.huddle.huddleId },
      running,
      mayHuddle: user.grant === 'yes' && (user.role === 'idt' || user.role === 'admin'),
      mayRefer: user.role === 'idt' || user.role === 'ward' || user.role === 'admin',
      silent,
      rag: { version: ragVersion, rules: ragRules.map(({ rag, says }) => ({ word: wordOf(rag), says })) },
    });
  }

  /** The same rows as they change: markup of the row, or that it is gone from this view; and the figures. */
  @Get('stream')
  @May('case.read')
  async stream(
    @Query() asked: HuddleQuery,
    @Signed() user: SignedIn,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Headers('last-event-id') lastEventId?: string,
  ): Promise<void> {
    const query = within(asked, user);
    const hospital = scopeOf(user);
    const given = lastEventId ?? query.since;
    const since = given === '0' || isPosition(given) ? given : undefined;
    const namesHidden = query.names === 'hidden' || query.view === 'wall';
    const stream = openSse(request, reply);
    // What is sent beside the rows carries their last id: a viewer never counts as further than the rows it was shown.
    let lastId = since ?? (await this.reader.position());
    const show = (changes: readonly Change[]): void => {
      const asOf = this.clock.now();
      for (const { id, caseId, row } of changes) {
        lastId = id;
        if (row && hospital !== undefined && row.hospital !== hospital) continue;
        if (row && isWanted(row, query))
          stream.send(id, 'row', {
            caseId,
            html: this.markup.row(row, { asOf, namesHidden, past: false, council: this.settings.council }),
            asOf: formatClock(asOf),
          });
        else stream.send(id, 'gone', { caseId, asOf: formatClock(asOf) });
      }
    };
    try {
      await this.audit.read({ user, what: 'board stream', caseIds: this.live.inView(hospital) });
      const { from, leave } = await this.live.watch({ show, taken: () => stream.taken() }, since);
      stream.onClose(leave);
      if (from === 'reset') stream.send(lastId, 'reset', {});
      stream.onClose(
        this.figures.watch(query.hospital ?? hospital, (html) => stream.send(lastId, 'figures', { html })),
      );
    } catch {
      stream.close();
    }
  }

  /** What changed since the last huddle, in words, by case. */
  private async changedSince(hospital: string | undefined): Promise<ReadonlyMap<string, readonly string[]>> {
    const items = await this.changes.since({ since: 'last-huddle', ...(hospital ? { hospital } : {}) });
    return new Map(
      items.map(({ caseId, isNew, changes }) => [
        caseId,
        isNew ? ['New'] : changes.map(({ field }) => changedWords[field] ?? wordOf(field)),
      ]),
    );
  }

  private filters(rows: readonly BoardRow[], query: HuddleQuery, user: SignedIn) {
    return {
      hospital:
        user.grant === 'own'
          ? undefined
          : choices([...rows.map((row) => row.hospital), query.hospital ?? null], query.hospital),
      ward: choices([...rows.map((row) => row.ward), query.ward ?? null], query.ward),
      pathway: [
        { value: '', text: 'All' },
        ...['0', '1', '2', '3', 'unassigned'].map((value) => ({
          value,
          text: value === 'unassigned' ? 'Not decided' : `Pathway ${value}`,
          selected: query.pathway?.join(',') === value,
        })),
      ],
      owner: choices(
        [...rows.flatMap((row) => [row.owner?.person ?? null, row.owner?.organisation ?? null]), query.owner ?? null],
        query.owner,
      ),
      authority: choices([...rows.map((row) => row.homeAuthority), query.authority ?? null], query.authority),
      rag: choices(['red', 'amber', 'green', 'grey'], query.rag, wordOf),
    };
  }

  private links(query: HuddleQuery) {
    return {
      now: addressOf(query, { asOf: undefined, knownAt: undefined }),
      refresh: addressOf(query),
      clear: addressOf(new HuddleQuery(), {
        names: query.names,
        view: query.view,
        asOf: query.asOf,
        knownAt: query.knownAt,
      }),
      names: addressOf(query, { names: query.names === 'hidden' ? undefined : 'hidden' }),
      wall: addressOf(query, { view: query.view === 'wall' ? undefined : 'wall' }),
      changed: addressOf(query, { changed: query.changed ? undefined : 'last-huddle' }),
    };
  }
}

const changedWords: Readonly<Record<string, string>> = {
  criteriaToReside: 'Criteria',
  dischargeReadyDate: 'Ready date',
  expectedDischargeDate: 'Expected date',
  nextAction: 'Next action',
  homeAuthority: 'Home council',
  rag: 'Urgency',
};

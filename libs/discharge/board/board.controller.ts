import { Controller, Get, Headers, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audit } from '#libs/access/audit.js';
import { May } from '#libs/access/may.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { Answers, AnswersList } from '#libs/platform/answers.js';
import { listOf } from '#libs/platform/list.js';
import { openSse } from '#libs/platform/sse.js';
import { isPosition } from '#libs/platform/wait-for.js';
import { rowShape } from './board-row-shape.js';
import { BoardQuery, StreamQuery } from './board-question.js';
import { BoardReader } from './board-reader.js';
import { BoardChanges, ChangesQuery } from './changes.js';
import { LiveBoard, type Viewer } from './live-board.js';
import { NamedRows } from './named-rows.js';
import { within } from './scope.js';

@Controller('api/v1/board')
export class BoardController {
  constructor(
    private readonly reader: BoardReader,
    private readonly names: NamedRows,
    private readonly changesSince: BoardChanges,
    private readonly live: LiveBoard,
    private readonly audit: Audit,
  ) {}

  /** The board now, or as it stood at any minute, as known at any minute. */
  @Get()
  @May('case.read')
  @Answers({ asOf: 'date-time', knownAt: 'date-time', position: 'string', rows: [rowShape] })
  async board(@Query() query: BoardQuery, @Signed() user: SignedIn) {
    const { rows, ...at } = await this.reader.board(within(query, user));
    const [named] = await Promise.all([
      this.names.name(rows, at.asOf),
      this.audit.read({ user, what: 'board', caseIds: rows.map(({ caseId }) => caseId) }),
    ]);
    return { ...at, rows: named };
  }

  /** What news changed since an instant, a position, or the last huddle. */
  @Get('changes')
  @May('case.read')
  @AnswersList({
    caseId: 'string',
    changedAt: 'date-time',
    isNew: 'boolean',
    changes: [{ field: 'string' }],
    row: rowShape,
  })
  async changes(@Query() query: ChangesQuery, @Signed() user: SignedIn) {
    const items = await this.changesSince.since(within(query, user));
    const page = listOf(items, query.limit ?? 500, query.cursor, ({ caseId }) => caseId);
    await this.audit.read({ user, what: 'board changes', caseIds: page.items.map(({ caseId }) => caseId) });
    return page;
  }

  /** Every change of a row as it happens: id = position, data = the row; a case that left the board is told with its status. */
  @Get('stream')
  @May('case.read')
  async stream(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Signed() user: SignedIn,
    @Query() query: StreamQuery,
    @Headers('last-event-id') lastEventId?: string,
  ): Promise<void> {
    const { hospital, since } = within(query, user);
    const last = lastEventId ?? since;
    const stream = openSse(request, reply);
    const viewer: Viewer = {
      show: (changes) => {
        for (const { id, caseId, row } of changes) {
          if (row === null) stream.send(id, 'gone', { caseId });
          else if (hospital === undefined || row.hospital === hospital) stream.send(id, undefined, row);
        }
      },
      taken: () => stream.taken(),
    };
    try {
      await this.audit.read({ user, what: 'board stream', caseIds: this.live.inView(hospital) });
      const readable = last === undefined || last === '0' || isPosition(last);
      const { from, leave } = await this.live.watch(viewer, readable ? last : undefined);
      stream.onClose(leave);
      // Whoever is told to begin anew loads the board, and follows from its position.
      if (from === 'reset' || !readable)
        stream.send(await this.reader.position(), 'reset', { because: 'unknown-position' });
    } catch {
      stream.close();
    }
  }
}

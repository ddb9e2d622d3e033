import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { May } from '#libs/access/may.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { EventFeed } from '#libs/event-feed/port.js';
import { comparePositions, type Position } from '#libs/event-store/port.js';
import { openSse } from '#libs/platform/sse.js';
import { casesTable } from '../case-mirror/cases.projection.js';
import { ownProvider } from '../request-scope.js';
import { MarketViews } from '../request-view/market-views.js';
import { RequestQueue, type QueueEntry } from './request-queue.js';
import { requestsTable } from './requests.projection.js';

const pageSize = 200;

interface Cursor {
  request: Position;
  case: Position;
}

/** The queue as it changes: one row a change, `id` a position to resume from without loss; `reset` = read the queue anew. */
@Controller('api/v1/placement-requests')
export class QueueStreamEndpoint {
  constructor(
    private readonly queue: RequestQueue,
    private readonly market: MarketViews,
    private readonly feed: EventFeed,
  ) {}

  @Get('stream')
  @May('request.read')
  async stream(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Signed() user: SignedIn): Promise<void> {
    const own = ownProvider(user);
    const here = await this.positionsNow();
    const seen = request.headers['last-event-id'];
    const resumeAt = positionIn(seen);
    const cursor: Cursor = resumeAt === null ? here : { request: resumeAt, case: resumeAt };
    const sse = openSse(request, reply);
    // What is no position, or one ahead of the log, is of another log: what was seen before says nothing here.
    const isOfHere = resumeAt !== null && comparePositions(resumeAt, later(here.request, here.case)) <= 0;
    if (seen !== undefined && !isOfHere) {
      Object.assign(cursor, here);
      sse.send(earlier(cursor), 'reset', {});
    }
    const tell = async (by: 'request' | 'case'): Promise<void> => {
      for (;;) {
        const entries = await this.queue.changed(by, cursor[by], own, pageSize);
        for (const [index, entry] of entries.entries()) {
          const next = entries[index + 1];
          // Of several rows changed at one position only the last carries it: a reader cut off between them gets them all again.
          if (!next || positionOf[by](next) !== positionOf[by](entry)) cursor[by] = positionOf[by](entry);
          sse.send(earlier(cursor), undefined, await this.rowFor(entry, own));
          if (!(await sse.taken())) return;
        }
        if (entries.length < pageSize) return;
      }
    };
    let turn = Promise.resolve();
    const inTurn = (work: () => Promise<void>): void => {
      turn = turn.then(() => (sse.closed ? undefined : work())).catch(() => sse.close());
    };
    const stopRequests = this.feed.onCommitted(requestsTable.name, () => inTurn(() => tell('request')));
    // A provider is told nothing of the case.
    const stopCases =
      own === null ? this.feed.onCommitted(casesTable.name, () => inTurn(() => tell('case'))) : () => undefined;
    sse.onClose(() => {
      stopRequests();
      stopCases();
    });
    // From the cursor on, also what was committed while we were setting up.
    inTurn(() => tell('request'));
    if (own === null) inTurn(() => tell('case'));
    await turn;
  }

  private async rowFor({ request, row }: QueueEntry, own: string | null): Promise<unknown> {
    return own === null ? row : this.market.view(request, own);
  }

  private async positionsNow(): Promise<Cursor> {
    const status = await this.feed.status();
    const answering = status.filter(({ beside }) => !beside);
    const of = (name: string): Position => answering.find((consumer) => consumer.name === name)?.position ?? '0';
    return { request: of(requestsTable.name), case: of(casesTable.name) };
  }
}

const positionOf = {
  request: ({ requestPosition }: QueueEntry): Position => requestPosition,
  case: ({ casePosition }: QueueEntry): Position => casePosition,
} as const;
const earlier = (cursor: Cursor): Position =>
  comparePositions(cursor.request, cursor.case) < 0 ? cursor.request : cursor.case;
const later = (a: Position, b: Position): Position => (comparePositions(a, b) < 0 ? b : a);

const positionIn = (seen: string | readonly string[] | undefined): Position | null =>
  typeof seen === 'string' && /^\d{1,19}$/.test(seen) ? seen.replace(/^0+(?=\d)/, '') : null;

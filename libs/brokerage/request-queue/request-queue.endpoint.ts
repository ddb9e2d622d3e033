import { Controller, Get, Query } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsIn } from 'class-validator';
import { Audit } from '#libs/access/audit.js';
import { May } from '#libs/access/may.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { UserDirectory } from '#libs/access/users.js';
import { AnswersList } from '#libs/platform/answers.js';
import { decodeCursor, defaultLimit, ListQuery, pageOf } from '#libs/platform/list.js';
import { IsCodes, IsId, MayBeLeftOut } from '#libs/platform/validation.js';
import { requestStates, type RequestStateName } from '../domain/request-state.js';
import { ownProvider } from '../request-scope.js';
import { MarketViews } from '../request-view/market-views.js';
import { RequestQueue, type QueuePlace } from './request-queue.js';

/** `?caseId=` with nothing behind it asks for nothing. */
const EmptyIsLeftOut = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => (value === '' ? undefined : value));

export class QueueQuery extends ListQuery {
  /** One state, or several separated by commas. */
  @MayBeLeftOut()
  @Transform(({ value }: { value: unknown }) =>
    value === '' ? undefined : typeof value === 'string' ? value.split(',') : value,
  )
  @IsCodes(requestStates)
  state?: RequestStateName[];

  @MayBeLeftOut()
  @EmptyIsLeftOut()
  @IsIn(['true', 'false', '1', '0'], { message: 'must be true or false' })
  mine?: string;

  @MayBeLeftOut()
  @EmptyIsLeftOut()
  @IsId()
  caseId?: string;
}

const isPlace = (key: unknown): key is QueuePlace =>
  typeof key === 'object' &&
  key !== null &&
  'openedAt' in key &&
  typeof key.openedAt === 'string' &&
  'requestId' in key &&
  typeof key.requestId === 'string';

@Controller('api/v1/placement-requests')
export class RequestQueueEndpoint {
  constructor(
    private readonly queue: RequestQueue,
    private readonly market: MarketViews,
    private readonly users: UserDirectory,
    private readonly audit: Audit,
  ) {}

  @Get()
  @May('request.read')
  @AnswersList({
    requestId: 'string',
    caseId: 'string',
    state: 'string',
    serviceType: 'string',
    broker: 'string?',
    clock: { startedAt: 'date-time?', targetHours: 'number?', dueAt: 'date-time?', pausedHours: 'number' },
    interimFor: 'string?',
    updatedAt: 'date-time',
  })
  async list(@Query() query: QueueQuery, @Signed() user: SignedIn) {
    const { state, mine, caseId, limit = defaultLimit, cursor } = query;
    const own = ownProvider(user);
    const filter = {
      ...(state ? { states: state } : {}),
      ...(mine === 'true' || mine === '1' ? { broker: user.userId } : {}),
      ...(caseId === undefined ? {} : { caseId }),
      ...(own === null ? {} : { providerId: own }),
    };
    const after = cursor === undefined ? undefined : decodeCursor(cursor, isPlace);
    const entries = await this.queue.list(filter, limit + 1, after);
    const { items, nextCursor } = pageOf(entries, limit, ({ row }) => ({
      openedAt: row.openedAt,
      requestId: row.requestId,
    }));
    if (own !== null) {
      return { items: await Promise.all(items.map(({ request }) => this.market.view(request, own))), nextCursor };
    }
    await this.audit.read({ user, what: 'placement requests', caseIds: items.map(({ row }) => row.caseId) });
    const brokers = await this.users.byIds([...new Set(items.flatMap(({ row }) => (row.broker ? [row.broker] : [])))]);
    return {
      items: items.map(({ row }) => ({
        ...row,
        broker: row.broker === null ? null : (brokers.get(row.broker)?.username ?? row.broker),
        brokerId: row.broker,
      })),
      nextCursor,
    };
  }
}

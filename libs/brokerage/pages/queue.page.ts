import { Body, Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { IsString } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audit } from '#libs/access/audit.js';
import { May } from '#libs/access/may.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { UserDirectory } from '#libs/access/users.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Clock } from '#libs/platform/clock.js';
import { Context } from '#libs/platform/command-context.js';
import { heldTo, type Form } from '#libs/platform/forms.js';
import { Pages } from '#libs/platform/pages.js';
import { Problem } from '#libs/platform/problem.js';
import { MayBeLeftOut } from '#libs/platform/validation.js';
import { requestStates, type RequestStateName } from '../domain/request-state.js';
import { OpenRequestBody } from '../open-request/open-request.endpoint.js';
import { OpenRequest } from '../open-request/open-request.js';
import type { QueueRow } from '../request-queue/queue-row.js';
import { RequestQueue } from '../request-queue/request-queue.js';
import { ownProvider } from '../request-scope.js';
import { MarketViews } from '../request-view/market-views.js';
import { errorsOf, text, type Refused } from './form.js';
import { PageGrants } from './page-access.js';
import { hoursInWords, serviceChoices, wordOf } from './words.js';

const atWork: readonly RequestStateName[] = [
  'draft',
  'complete',
  'approved',
  'sourcing',
  'offered',
  'awarded',
  'paused',
];
const mostRows = 500;

/** Filters live in the address. */
export class QueuePageQuery {
  @MayBeLeftOut()
  @IsString({ message: 'must be text' })
  state?: string;

  @MayBeLeftOut()
  @IsString({ message: 'must be text' })
  mine?: string;
}

/** The queue of brokerage (`screens.md` §3): what is to be found, the most urgent first. */
@Controller('brokerage')
export class QueuePage {
  constructor(
    private readonly pages: Pages,
    private readonly queue: RequestQueue,
    private readonly market: MarketViews,
    private readonly users: UserDirectory,
    private readonly grants: PageGrants,
    private readonly commands: CommandBus,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  @Get()
  @May('request.read')
  show(
    @Query() query: QueuePageQuery,
    @Signed() user: SignedIn,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.render(request, reply, user, query);
  }

  @Post()
  @May('request.command')
  async open(
    @Body() form: Form,
    @Signed() user: SignedIn,
    @Context() context: CommandContext,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    try {
      const body = await heldTo(OpenRequestBody, {
        caseId: text(form, 'caseId'),
        serviceType: text(form, 'serviceType'),
      });
      const details = { serviceType: body.serviceType };
      const { id } = answer(await this.commands.execute(new OpenRequest(body.caseId, details, context)));
      await reply.redirect(`/brokerage/requests/${id}`, 303);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      await this.render(request, reply, user, {}, { form: 'open', typed: form, problem });
    }
  }

  private async render(
    request: FastifyRequest,
    reply: FastifyReply,
    user: SignedIn,
    query: QueuePageQuery,
    refused?: Refused,
  ): Promise<void> {
    const own = ownProvider(user);
    const state = requestStates.find((name) => name === query.state);
    const entries = await this.queue.list(
      {
        states: state ? [state] : atWork,
        ...(query.mine === 'true' ? { broker: user.userId } : {}),
        ...(own === null ? {} : { providerId: own }),
      },
      mostRows,
    );
    if (own === null) {
      await this.audit.read({ user, what: 'placement requests', caseIds: entries.map(({ row }) => row.caseId) });
    }
    const brokers = await this.users.byIds(
      [...new Set(entries.map(({ row }) => row.broker))].filter((id) => id !== null),
    );
    const now = this.clock.now();
    const rows = own === null ? entries.map(({ row }) => shown(row, now, brokers.get(row.broker ?? '')?.username)) : [];
    await this.pages.render(
      reply,
      request,
      'brokerage/pages/queue.njk',
      {
        title: 'Brokerage',
        own: own === null ? null : await Promise.all(entries.map(({ request: each }) => this.market.view(each, own))),
        rows: rows.sort(byUrgency),
        isWhole: entries.length < mostRows,
        filters: { state: state ?? '', mine: query.mine === 'true' },
        states: [
          { value: '', text: 'At work' },
          ...requestStates.filter((name) => name !== 'failed').map((value) => ({ value, text: wordOf(value) })),
        ].map((choice) => ({ ...choice, selected: choice.value === (state ?? '') })),
        services: serviceChoices(refused?.typed['serviceType']),
        may: this.grants.of(user),
        typed: refused?.typed ?? {},
        wordOf,
        ...(refused ? { errors: errorsOf(refused) } : {}),
      },
      refused?.problem.status ?? 200,
    );
  }
}

const shown = (row: QueueRow, now: string, broker: string | undefined) => {
  const { dueAt, startedAt } = row.clock;
  const left = dueAt === null ? null : (Date.parse(dueAt) - Date.parse(now)) / 3_600_000;
  const settled = row.awardedProviderId !== null || row.state === 'withdrawn';
  return {
    ...row,
    broker: broker ?? row.broker,
    dueAt: settled ? null : dueAt,
    late: !settled && left !== null && left < 0,
    timing: settled || left === null ? null : left < 0 ? `${hoursInWords(left)} late` : `${hoursInWords(left)} left`,
    age: startedAt === null ? null : hoursInWords((Date.parse(now) - Date.parse(startedAt)) / 3_600_000),
  };
};

/** In doubt first, then what is due first, then what has no clock yet. */
const byUrgency = (a: ReturnType<typeof shown>, b: ReturnType<typeof shown>): number =>
  Number(b.awardInDoubt !== null) - Number(a.awardInDoubt !== null) ||
  (a.dueAt ?? '9').localeCompare(b.dueAt ?? '9') ||
  (a.startBy ?? '9').localeCompare(b.startBy ?? '9') ||
  a.openedAt.localeCompare(b.openedAt);

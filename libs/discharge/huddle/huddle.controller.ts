import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Audit } from '#libs/access/audit.js';
import { May } from '#libs/access/may.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Answers, AnswersList } from '#libs/platform/answers.js';
import { Context } from '#libs/platform/command-context.js';
import { listOf, ListQuery } from '#libs/platform/list.js';
import { Problem } from '#libs/platform/problem.js';
import { CommandBody, IsId, IsText, MayBeLeftOut } from '#libs/platform/validation.js';
import { FinishHuddle, ReviewCase, StartHuddle } from './commands.js';
import { Huddles } from './huddles.js';

export class StartHuddleBody extends CommandBody {
  /** Without it the huddle is about every hospital. */
  @MayBeLeftOut()
  @IsText(64)
  hospital?: string;
}

export class ReviewBody extends CommandBody {
  @IsId()
  caseId!: string;

  /** Free text. */
  @IsText()
  decision!: string;

  @MayBeLeftOut()
  @IsText()
  note?: string;
}

export class FinishHuddleBody extends CommandBody {}

const review = { caseId: 'string', decision: 'string?', note: 'string?', at: 'date-time', by: 'string' } as const;

@Controller('api/v1/huddles')
export class HuddleController {
  constructor(
    private readonly commands: CommandBus,
    private readonly huddles: Huddles,
    private readonly audit: Audit,
  ) {}

  @Post()
  @May('case.command')
  @Answers({ huddleId: 'string' })
  async start(@Body() body: StartHuddleBody, @Context() context: CommandContext) {
    const done = await this.commands.execute(new StartHuddle(body.hospital ?? null, context));
    return answer(done, done.ok ? { huddleId: done.id } : {});
  }

  @Post(':huddleId/reviews')
  @HttpCode(200)
  @May('case.command')
  async review(@Param('huddleId') huddleId: string, @Body() body: ReviewBody, @Context() context: CommandContext) {
    const { caseId, decision, note = null } = body;
    return answer(await this.commands.execute(new ReviewCase(huddleId, { caseId, decision, note }, context)));
  }

  @Post(':huddleId/finish')
  @HttpCode(200)
  @May('case.command')
  async finish(
    @Param('huddleId') huddleId: string,
    @Body() _body: FinishHuddleBody,
    @Context() context: CommandContext,
  ) {
    return answer(await this.commands.execute(new FinishHuddle(huddleId, context)));
  }

  @Get()
  @May('case.command')
  @AnswersList({
    huddleId: 'string',
    hospital: 'string?',
    startedAt: 'date-time',
    finishedAt: 'date-time?',
    reviewed: 'integer',
  })
  async list(@Query() query: ListQuery) {
    const items = (await this.huddles.list()).map(({ huddleId, hospital, startedAt, finishedAt, reviewed }) => ({
      huddleId,
      hospital,
      startedAt,
      finishedAt,
      reviewed: reviewed.length,
    }));
    return listOf(items, query.limit, query.cursor, ({ huddleId }) => huddleId);
  }

  /** The minutes. */
  @Get(':huddleId')
  @May('case.command')
  @Answers({
    huddleId: 'string',
    hospital: 'string?',
    startedAt: 'date-time',
    finishedAt: 'date-time?',
    reviews: [review],
  })
  async minutes(@Param('huddleId') huddleId: string, @Signed() user: SignedIn) {
    const found = await this.huddles.minutes(huddleId);
    if (!found) throw Problem.notFound('This huddle');
    const { minutes, hospital, revision } = found;
    const caseIds = [...new Set(minutes.reviews.map(({ caseId }) => caseId))];
    await this.audit.read({ user, what: 'huddle', caseIds });
    return { id: huddleId, huddleId, hospital, revision, ...minutes };
  }
}

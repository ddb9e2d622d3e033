import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { May } from '#libs/access/may.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { londonDate } from '#libs/nhs/civil-date.js';
import { answer } from '#libs/platform/answer.js';
import { Clock } from '#libs/platform/clock.js';
import { Context } from '#libs/platform/command-context.js';
import { Problem } from '#libs/platform/problem.js';
import { CommandBody, IsCivilDate, MayBeLeftOut } from '#libs/platform/validation.js';
import { StartPlacement } from './start-placement.js';

export class StartBody extends CommandBody {
  /** The day of `occurredAt` when left out. */
  @MayBeLeftOut()
  @IsCivilDate()
  startedOn?: string;
}

@Controller('api/v1/placement-requests')
export class StartPlacementEndpoint {
  constructor(
    private readonly commands: CommandBus,
    private readonly clock: Clock,
  ) {}

  @Post(':id/start')
  @HttpCode(200)
  @May('request.source')
  async start(
    @Param('id') requestId: string,
    @Body() body: StartBody,
    @Signed() user: SignedIn,
    @Context() context: CommandContext,
  ) {
    const startedOn = body.startedOn ?? londonDate(context.occurredAt);
    if (startedOn > londonDate(this.clock.now())) {
      throw Problem.invalidField('startedOn', 'must not lie in the future');
    }
    const command = new StartPlacement(requestId, startedOn, user.userId, context);
    return answer(await this.commands.execute(command), { requestId });
  }
}

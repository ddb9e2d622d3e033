import { Body, Controller, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { IsBoolean } from 'class-validator';
import { delayOwners } from '#libs/contracts/discharge/case-events.js';
import { delayReasons } from '#libs/nhs/index.js';
import { May } from '#libs/access/may.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Answers } from '#libs/platform/answers.js';
import { Context } from '#libs/platform/command-context.js';
import { CommandBody, IsCode, IsText, MayBeLeftOut } from '#libs/platform/validation.js';
import { newId } from '#libs/platform/ids.js';
import { StartDelay } from './start-delay.js';

export class DelayBody extends CommandBody {
  @IsCode(delayReasons.map(({ code }) => code))
  reason!: string;

  /** Who it waits for, where that is not the usual one of the reason. */
  @MayBeLeftOut()
  @IsCode(delayOwners)
  owner?: (typeof delayOwners)[number];

  /** It will count once criteria to reside are not met. */
  @MayBeLeftOut()
  @IsBoolean({ message: 'must be true or false' })
  anticipated?: boolean;

  @MayBeLeftOut()
  @IsText()
  note?: string;
}

@Controller('api/v1/cases')
export class StartDelayEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':caseId/delays')
  @May('case.command')
  @Answers({ caseId: 'string', delayId: 'string' })
  async run(@Param('caseId') caseId: string, @Body() body: DelayBody, @Context() context: CommandContext) {
    const delayId = newId();
    const { reason, owner = null, anticipated = false, note = null } = body;
    const data = { delayId, reason, owner, anticipated, note, setBy: 'hand', requestId: null } as const;
    return answer(await this.commands.execute(new StartDelay(caseId, data, context)), { caseId, delayId });
  }
}

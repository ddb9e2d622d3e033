import { Body, Controller, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { May } from '#libs/access/may.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Answers } from '#libs/platform/answers.js';
import { Context } from '#libs/platform/command-context.js';
import { CommandBody, IsPart, IsText } from '#libs/platform/validation.js';
import { newId } from '#libs/platform/ids.js';
import { ActionOwner, IsDue } from './action-parts.js';
import { RaiseAction } from './raise-action.js';

export class ActionBody extends CommandBody {
  @IsText()
  what!: string;

  @IsPart(() => ActionOwner)
  owner!: ActionOwner;

  /** A civil date, or an instant. */
  @IsDue()
  due!: string;
}

@Controller('api/v1/cases')
export class RaiseActionEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':caseId/actions')
  @May('case.command')
  @Answers({ caseId: 'string', actionId: 'string' })
  async run(@Param('caseId') caseId: string, @Body() body: ActionBody, @Context() context: CommandContext) {
    const actionId = newId();
    const { organisation, person = null } = body.owner;
    const data = { actionId, what: body.what, owner: { organisation, person }, due: body.due };
    return answer(await this.commands.execute(new RaiseAction(caseId, data, context)), { caseId, actionId });
  }
}

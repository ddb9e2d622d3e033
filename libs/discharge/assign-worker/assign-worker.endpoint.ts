import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { May } from '#libs/access/may.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { CommandBody, IsText } from '#libs/platform/validation.js';
import { AssignWorker } from './assign-worker.js';

export class AssignBody extends CommandBody {
  /** A username. */
  @IsText(200)
  worker!: string;
}

@Controller('api/v1/cases')
export class AssignWorkerEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':caseId/assign')
  @HttpCode(200)
  @May('case.command')
  async run(@Param('caseId') caseId: string, @Body() body: AssignBody, @Context() context: CommandContext) {
    return answer(await this.commands.execute(new AssignWorker(caseId, body.worker, context)), { caseId });
  }
}

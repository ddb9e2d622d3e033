import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { May } from '#libs/access/may.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { CommandBody } from '#libs/platform/validation.js';
import { ResumeCase } from './resume-case.js';

export class ResumeBody extends CommandBody {}

@Controller('api/v1/cases')
export class ResumeCaseEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':caseId/resume')
  @HttpCode(200)
  @May('case.command')
  async run(@Param('caseId') caseId: string, @Body() _body: ResumeBody, @Context() context: CommandContext) {
    return answer(await this.commands.execute(new ResumeCase(caseId, context)), { caseId });
  }
}

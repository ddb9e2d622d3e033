import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { dischargeDestinations } from '#libs/nhs/index.js';
import { May } from '#libs/access/may.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { CommandBody, IsCode } from '#libs/platform/validation.js';
import { DischargeCase } from './discharge-case.js';

export class DischargeBody extends CommandBody {
  @IsCode(dischargeDestinations.map(({ code }) => code))
  destinationCode!: string;
}

@Controller('api/v1/cases')
export class DischargeCaseEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':caseId/discharge')
  @HttpCode(200)
  @May('case.command')
  async run(@Param('caseId') caseId: string, @Body() body: DischargeBody, @Context() context: CommandContext) {
    return answer(await this.commands.execute(new DischargeCase(caseId, body.destinationCode, context)), { caseId });
  }
}

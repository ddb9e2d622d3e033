import { Body, Controller, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { May } from '#libs/access/may.js';
import { serviceTypes, type ServiceType } from '#libs/contracts/brokerage/request-events.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Answers } from '#libs/platform/answers.js';
import { Context } from '#libs/platform/command-context.js';
import { IsCode, IsId } from '#libs/platform/validation.js';
import { CareDetailsDto, detailsIn } from '../details.dto.js';
import { OpenRequest } from './open-request.js';

/** A case and a service type are enough for a draft. */
export class OpenRequestBody extends CareDetailsDto {
  @IsId()
  caseId!: string;

  @IsCode(serviceTypes)
  serviceType!: ServiceType;
}

@Controller('api/v1/placement-requests')
export class OpenRequestEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post()
  @May('request.command')
  @Answers({ requestId: 'string' })
  async open(@Body() body: OpenRequestBody, @Context() context: CommandContext) {
    const details = { ...detailsIn(body), serviceType: body.serviceType };
    const executed = await this.commands.execute(new OpenRequest(body.caseId, details, context));
    return answer(executed, executed.ok ? { requestId: executed.id } : {});
  }
}

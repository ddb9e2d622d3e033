import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { May } from '#libs/access/may.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { declineReasons, type DeclineReason } from '#libs/contracts/brokerage/request-events.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { Problem } from '#libs/platform/problem.js';
import { CommandBody, IsCode, IsId, MayBeLeftOut } from '#libs/platform/validation.js';
import { RequestScope } from '../request-scope.js';
import { RecordResponse } from './record-response.js';

export const responses = ['interested', 'declined'] as const;

export class ResponseBody extends CommandBody {
  @IsId()
  providerId!: string;

  @IsCode(responses)
  response!: (typeof responses)[number];

  @MayBeLeftOut()
  @IsCode(declineReasons)
  reason?: DeclineReason;
}

/** A reason goes with a refusal, and only with one. */
export const reasonOf = ({ response, reason }: ResponseBody): DeclineReason | null => {
  if (response === 'interested' && reason !== undefined) {
    throw Problem.invalidField('reason', 'must be left out when the provider is interested');
  }
  return reason ?? null;
};

@Controller('api/v1/placement-requests')
export class RecordResponseEndpoint {
  constructor(
    private readonly commands: CommandBus,
    private readonly scope: RequestScope,
  ) {}

  @Post(':id/responses')
  @HttpCode(200)
  @May('request.respond')
  async respond(
    @Param('id') requestId: string,
    @Body() body: ResponseBody,
    @Signed() user: SignedIn,
    @Context() context: CommandContext,
  ) {
    await this.scope.asProvider(user, requestId, body.providerId);
    const command = new RecordResponse(requestId, body.providerId, body.response, reasonOf(body), context);
    return answer(await this.commands.execute(command), { requestId });
  }
}

import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { May } from '#libs/access/may.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { CommandBody, IsId, IsText } from '#libs/platform/validation.js';
import { RequestScope } from '../request-scope.js';
import { AcknowledgeWithdrawal } from './acknowledge-withdrawal.js';

export class ReceiptBody extends CommandBody {
  @IsId()
  providerId!: string;

  @IsText(200)
  acknowledgedBy!: string;
}

@Controller('api/v1/placement-requests')
export class AcknowledgeWithdrawalEndpoint {
  constructor(
    private readonly commands: CommandBus,
    private readonly scope: RequestScope,
  ) {}

  @Post(':id/withdrawal-receipts')
  @HttpCode(200)
  @May('request.respond')
  async acknowledge(
    @Param('id') requestId: string,
    @Body() { providerId, acknowledgedBy }: ReceiptBody,
    @Signed() user: SignedIn,
    @Context() context: CommandContext,
  ) {
    await this.scope.asProvider(user, requestId, providerId);
    const command = new AcknowledgeWithdrawal(requestId, providerId, acknowledgedBy, context);
    return answer(await this.commands.execute(command), { requestId });
  }
}

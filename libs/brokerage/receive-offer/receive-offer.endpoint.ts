import { Body, Controller, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { IsNumber, Max, Min } from 'class-validator';
import { May } from '#libs/access/may.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Answers } from '#libs/platform/answers.js';
import { Context } from '#libs/platform/command-context.js';
import { CommandBody, IsCivilDate, IsId, IsText, MayBeLeftOut } from '#libs/platform/validation.js';
import { RequestScope } from '../request-scope.js';
import { ReceiveOffer } from './receive-offer.js';

export class OfferTerms extends CommandBody {
  @IsCivilDate()
  canStartOn!: string;

  @IsNumber({ maxDecimalPlaces: 2 }, { message: 'must be a number with at most two decimals' })
  @Min(0, { message: 'must not be negative' })
  @Max(100_000, { message: 'must be at most 100000' })
  weeklyPrice!: number;

  @MayBeLeftOut()
  @IsText()
  notes?: string;
}

export class OfferBody extends OfferTerms {
  @IsId()
  providerId!: string;
}

@Controller('api/v1/placement-requests')
export class ReceiveOfferEndpoint {
  constructor(
    private readonly commands: CommandBus,
    private readonly scope: RequestScope,
  ) {}

  @Post(':id/offers')
  @May('request.respond')
  @Answers({ offerId: 'string', requestId: 'string' })
  async offer(
    @Param('id') requestId: string,
    @Body() { providerId, canStartOn, weeklyPrice, notes }: OfferBody,
    @Signed() user: SignedIn,
    @Context() context: CommandContext,
  ) {
    await this.scope.asProvider(user, requestId, providerId);
    const terms = { providerId, canStartOn, weeklyPrice, notes: notes ?? null };
    const executed = await this.commands.execute(new ReceiveOffer(requestId, terms, context));
    return answer(executed, executed.ok ? { offerId: executed.id, requestId } : {});
  }
}

import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { IsBoolean } from 'class-validator';
import { May } from '#libs/access/may.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { CommandBody, IsId, IsText, MayBeLeftOut } from '#libs/platform/validation.js';
import { AwardPlacement } from './award-placement.js';

export class AwardBody extends CommandBody {
  @IsId()
  offerId!: string;

  @IsText()
  reason!: string;

  /** Whether this is what the person or the family chose. */
  @MayBeLeftOut()
  @IsBoolean({ message: 'must be true or false' })
  familyChoice?: boolean;
}

@Controller('api/v1/placement-requests')
export class AwardPlacementEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':id/award')
  @HttpCode(200)
  @May('request.source')
  async award(
    @Param('id') requestId: string,
    @Body() { offerId, reason, familyChoice }: AwardBody,
    @Signed() user: SignedIn,
    @Context() context: CommandContext,
  ) {
    const award = { offerId, reason, familyChoice: familyChoice ?? null, broker: user.userId };
    return answer(await this.commands.execute(new AwardPlacement(requestId, award, context)), { requestId, offerId });
  }
}

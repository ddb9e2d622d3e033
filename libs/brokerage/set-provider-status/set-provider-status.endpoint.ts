import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { IsInt, Max, Min } from 'class-validator';
import { May } from '#libs/access/may.js';
import { commissioningStatuses, type CommissioningStatus } from '#libs/contracts/brokerage/request-events.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { CommandBody, IsCivilDate, IsCode, IsText, MayBeLeftOut } from '#libs/platform/validation.js';
import { SetProviderStatus } from './set-provider-status.js';

export class StatusBody extends CommandBody {
  @IsCode(commissioningStatuses)
  status!: CommissioningStatus;

  @IsText(500)
  reason!: string;

  /** The first civil day it holds. */
  @IsCivilDate()
  from!: string;

  /** The last civil day it holds; until further notice when left out. */
  @MayBeLeftOut()
  @IsCivilDate()
  to?: string;

  @MayBeLeftOut()
  @IsInt({ message: 'must be a whole number' })
  @Min(0, { message: 'must not be negative' })
  @Max(1000, { message: 'must be at most 1000' })
  referralsPerWeek?: number;
}

@Controller('api/v1/providers')
export class SetProviderStatusEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':id/status')
  @HttpCode(200)
  @May('request.source')
  async set(@Param('id') providerId: string, @Body() body: StatusBody, @Context() context: CommandContext) {
    const { status, reason, from, to, referralsPerWeek } = body;
    const given = { status, reason, from, to: to ?? null, referralsPerWeek: referralsPerWeek ?? null };
    return answer(await this.commands.execute(new SetProviderStatus(providerId, given, context)), { providerId });
  }
}

import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { IsInt, IsString, Max, Min } from 'class-validator';
import { May } from '#libs/access/may.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { serviceTypes, type ServiceType } from '#libs/contracts/brokerage/request-events.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { startOfLondonDay } from '#libs/nhs/civil-date.js';
import { answer } from '#libs/platform/answer.js';
import { Clock } from '#libs/platform/clock.js';
import { aheadMilliseconds, Context } from '#libs/platform/command-context.js';
import { isRealCivilDate, parseInstant } from '#libs/platform/instant.js';
import { Problem } from '#libs/platform/problem.js';
import { CommandBody, IsCode, MayBeLeftOut } from '#libs/platform/validation.js';
import { mustSpeakFor } from '../request-scope.js';
import { ReportCapacity } from './report-capacity.js';

export class CapacityBody extends CommandBody {
  @IsCode(serviceTypes)
  serviceType!: ServiceType;

  @IsInt({ message: 'must be a whole number' })
  @Min(0, { message: 'must not be negative' })
  @Max(10_000, { message: 'must be at most 10000' })
  accepting!: number;

  /** The instant, or the civil date, of which the figure is true; that of the command when left out. */
  @MayBeLeftOut()
  @IsString({ message: 'must be a time with an offset, or a date YYYY-MM-DD' })
  asOf?: string;
}

/** @throws Problem 400 for what is no time, or lies ahead. */
export const asOfIn = (given: string | undefined, context: CommandContext, now: string): string => {
  if (given === undefined) return context.occurredAt;
  const instant = isRealCivilDate(given) ? startOfLondonDay(given) : parseInstant(given);
  if (instant === undefined) throw Problem.invalidField('asOf', 'must be a time with an offset, or a date YYYY-MM-DD');
  if (Date.parse(instant) > Date.parse(now) + aheadMilliseconds) {
    throw Problem.invalidField('asOf', 'must not lie more than 5 minutes ahead');
  }
  return instant;
};

@Controller('api/v1/providers')
export class ReportCapacityEndpoint {
  constructor(
    private readonly commands: CommandBus,
    private readonly clock: Clock,
  ) {}

  @Post(':id/capacity')
  @HttpCode(200)
  @May('request.respond')
  async report(
    @Param('id') providerId: string,
    @Body() { serviceType, accepting, asOf }: CapacityBody,
    @Signed() user: SignedIn,
    @Context() context: CommandContext,
  ) {
    mustSpeakFor(user, providerId);
    const at = asOfIn(asOf, context, this.clock.now());
    const command = new ReportCapacity(providerId, serviceType, accepting, at, context);
    return answer(await this.commands.execute(command), { providerId });
  }
}

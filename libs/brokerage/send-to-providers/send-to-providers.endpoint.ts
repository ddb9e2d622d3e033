import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ArrayMinSize, IsInt, Max, Min } from 'class-validator';
import { May } from '#libs/access/may.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Answers } from '#libs/platform/answers.js';
import { Context } from '#libs/platform/command-context.js';
import { CommandBody, IsTexts, MayBeLeftOut } from '#libs/platform/validation.js';
import { OfferLinks } from '../offer-link/offer-links.js';
import { SendToProviders } from './send-to-providers.js';

export class SendBody extends CommandBody {
  @IsTexts(50, 64)
  @ArrayMinSize(1, { message: 'must name at least one provider' })
  providerIds!: string[];

  /** The next wave when left out. */
  @MayBeLeftOut()
  @IsInt({ message: 'must be a whole number' })
  @Min(1, { message: 'must be at least 1' })
  @Max(1000, { message: 'must be at most 1000' })
  wave?: number;
}

@Controller('api/v1/placement-requests')
export class SendToProvidersEndpoint {
  constructor(
    private readonly commands: CommandBus,
    private readonly links: OfferLinks,
  ) {}

  @Post(':id/send')
  @HttpCode(200)
  @May('request.source')
  @Answers({
    requestId: 'string',
    notices: [{ providerId: 'string', url: 'string' }],
  })
  async send(
    @Param('id') requestId: string,
    @Body() { providerIds, wave }: SendBody,
    @Signed() user: SignedIn,
    @Context() context: CommandContext,
  ) {
    const wanted = [...new Set(providerIds)];
    const command = new SendToProviders(requestId, wanted, wave, user.userId, context);
    const executed = await this.commands.execute(command);
    return answer(executed, {
      requestId,
      notices: executed.ok ? wanted.map((providerId) => this.links.noticeFor(requestId, providerId)) : [],
    });
  }
}

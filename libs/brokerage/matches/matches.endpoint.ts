import { Controller, Get, Param } from '@nestjs/common';
import { May } from '#libs/access/may.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { Answers } from '#libs/platform/answers.js';
import type { Matches } from '../domain/matching.js';
import { RequestScope } from '../request-scope.js';
import { RequestMatches } from './matches.js';

@Controller('api/v1/placement-requests')
export class MatchesEndpoint {
  constructor(
    private readonly scope: RequestScope,
    private readonly matches: RequestMatches,
  ) {}

  @Get(':id/matches')
  @May('request.source')
  @Answers({
    matches: [{ providerId: 'string', reasons: ['string'], staleCapacity: 'boolean' }],
    excluded: [{ providerId: 'string', reasons: ['string'] }],
  })
  async list(@Param('id') requestId: string, @Signed() user: SignedIn): Promise<Matches> {
    const { request } = await this.scope.visible(user, requestId);
    return this.matches.for(request);
  }
}

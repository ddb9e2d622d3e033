import { Controller, Get, Param, Query } from '@nestjs/common';
import { Audit } from '#libs/access/audit.js';
import { May } from '#libs/access/may.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { Answers } from '#libs/platform/answers.js';
import { IsText, MayBeLeftOut } from '#libs/platform/validation.js';
import { isAwardedTo } from '../domain/market-view.js';
import { stageOf } from '../domain/request-state.js';
import { nameOf, PeopleShown } from '../people-shown.js';
import { ownProvider, RequestScope } from '../request-scope.js';
import { MarketViews } from './market-views.js';
import { RequestViews } from './request-view.js';
import { withheld } from './withheld.js';

export class RequestViewQuery {
  /** Why a restricted record is opened. */
  @MayBeLeftOut()
  @IsText(500)
  why?: string;
}

@Controller('api/v1/placement-requests')
export class RequestViewEndpoint {
  constructor(
    private readonly scope: RequestScope,
    private readonly views: RequestViews,
    private readonly market: MarketViews,
    private readonly people: PeopleShown,
    private readonly audit: Audit,
  ) {}

  @Get(':id')
  @May('request.read')
  @Answers({
    requestId: 'string',
    caseId: 'string',
    personId: 'string?',
    state: 'string',
    serviceType: 'string',
    missing: ['string'],
    broker: 'string?',
    interimFor: 'string?',
    clock: { startedAt: 'date-time?', targetHours: 'number?', dueAt: 'date-time?', pausedHours: 'number' },
    sent: [{ wave: 'integer', providerIds: ['string'], at: 'date-time' }],
    responses: [{ providerId: 'string', response: 'string', reason: 'string?', at: 'date-time' }],
    offers: [
      {
        offerId: 'string',
        providerId: 'string',
        state: 'string',
        canStartOn: 'date',
        weeklyPrice: 'number',
        notes: 'string?',
        flags: ['string'],
      },
    ],
    receipts: [{ providerId: 'string', acknowledgedBy: 'string', at: 'date-time' }],
    history: [{ eventId: 'string', type: 'string', occurredAt: 'date-time', recordedAt: 'date-time', by: 'string?' }],
  })
  async view(@Param('id') requestId: string, @Query() { why }: RequestViewQuery, @Signed() user: SignedIn) {
    const found = await this.scope.visible(user, requestId);
    const { caseId, personId } = stageOf(found.request);
    const own = ownProvider(user);
    const read = { user, what: 'request', caseIds: [caseId], personIds: personId === null ? [] : [personId] };
    if (own !== null) {
      if (isAwardedTo(found.request, own)) await this.audit.read(read);
      return this.market.view(found.request, own);
    }
    const view = await this.views.view(found);
    const shown = !view.restricted || why !== undefined;
    await this.audit.read({ ...read, ...(why === undefined ? {} : { why }) });
    const details = shown ? await this.people.details(personId) : null;
    const person = details && { name: nameOf(details), nhsNumber: details.nhsNumber ?? null };
    return { ...(shown ? view : withheld(view)), person };
  }
}

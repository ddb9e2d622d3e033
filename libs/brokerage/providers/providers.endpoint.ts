import { Controller, Get, Param, Query } from '@nestjs/common';
import { May } from '#libs/access/may.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { problemOfRefusal } from '#libs/platform/answer.js';
import { Answers, AnswersList } from '#libs/platform/answers.js';
import { listOf, ListQuery } from '#libs/platform/list.js';
import { ProviderStreams } from '../provider-streams.js';
import { providerNotFound } from '../refusals.js';
import { ownProvider } from '../request-scope.js';
import { ProviderList } from './provider-list.js';
import { providerView, type ProviderView } from './provider-view.js';

const shape = {
  providerId: 'string',
  name: 'string',
  cqcLocationId: 'string',
  cqcRating: 'string',
  services: ['string'],
  areas: ['string'],
  capacity: [{ serviceType: 'string', accepting: 'integer', asOf: 'date-time', ageDays: 'integer', stale: 'boolean' }],
  status: 'string',
  statusReason: 'string?',
  from: 'date?',
  to: 'date?',
  referralsPerWeek: 'integer?',
} as const;

@Controller('api/v1/providers')
export class ProvidersEndpoint {
  constructor(
    private readonly list: ProviderList,
    private readonly streams: ProviderStreams,
  ) {}

  @Get()
  @May('provider.read')
  @AnswersList(shape)
  async all(@Query() { limit, cursor }: ListQuery, @Signed() user: SignedIn) {
    const own = ownProvider(user);
    const views = (await this.list.all()).filter((view) => own === null || view.providerId === own);
    return listOf(views, limit, cursor, (view) => view.providerId);
  }

  @Get(':id')
  @May('provider.read')
  @Answers(shape)
  async one(@Param('id') providerId: string, @Signed() user: SignedIn): Promise<ProviderView> {
    const own = ownProvider(user);
    const provider = own === null || own === providerId ? await this.streams.load(providerId) : null;
    if (!provider) throw problemOfRefusal(providerNotFound(providerId));
    return providerView(provider, this.streams.today());
  }
}

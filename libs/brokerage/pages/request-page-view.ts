import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audit } from '#libs/access/audit.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { londonDate } from '#libs/nhs/civil-date.js';
import { Clock } from '#libs/platform/clock.js';
import type { Form } from '#libs/platform/forms.js';
import { Pages } from '#libs/platform/pages.js';
import { BrokerageSettings } from '../brokerage-settings.js';
import { isAwardedTo } from '../domain/market-view.js';
import { providersOf, stageOf } from '../domain/request-state.js';
import { RequestMatches } from '../matches/matches.js';
import { OfferLinks } from '../offer-link/offer-links.js';
import { nameOf, PeopleShown } from '../people-shown.js';
import { ProviderList } from '../providers/provider-list.js';
import { ownProvider, RequestScope } from '../request-scope.js';
import type { LoadedRequest } from '../request-streams.js';
import { MarketViews } from '../request-view/market-views.js';
import { RequestViews } from '../request-view/request-view.js';
import { withheld } from '../request-view/withheld.js';
import { errorsOf, type Refused } from './form.js';
import { PageGrants } from './page-access.js';
import { formFromDetails } from './request-form.js';
import { declineChoices, fundingChoices, hoursInWords, serviceChoices, wordOf } from './words.js';

export interface Shown {
  readonly why?: string;
  readonly refused?: Refused;
}

/** Renders one request: for brokerage with everything, for a provider as the market may see it. */
@Injectable()
export class RequestPageView {
  constructor(
    private readonly pages: Pages,
    private readonly scope: RequestScope,
    private readonly views: RequestViews,
    private readonly market: MarketViews,
    private readonly matches: RequestMatches,
    private readonly providers: ProviderList,
    private readonly links: OfferLinks,
    private readonly people: PeopleShown,
    private readonly grants: PageGrants,
    private readonly audit: Audit,
    private readonly settings: BrokerageSettings,
    private readonly clock: Clock,
  ) {}

  async render(
    requestId: string,
    user: SignedIn,
    request: FastifyRequest,
    reply: FastifyReply,
    shown: Shown,
  ): Promise<void> {
    const found = await this.scope.visible(user, requestId);
    const own = ownProvider(user);
    const { caseId, personId } = stageOf(found.request);
    const read = { user, what: 'request', caseIds: [caseId], personIds: personId === null ? [] : [personId] };
    if (own === null) {
      await this.audit.read({ ...read, ...(shown.why === undefined ? {} : { why: shown.why }) });
      return this.renderWhole(found, user, request, reply, shown);
    }
    if (isAwardedTo(found.request, own)) await this.audit.read(read);
    return this.renderMarket(found, own, `/brokerage/requests/${requestId}/answer`, request, reply, shown);
  }

  /** The request as a provider sees it; its forms post below `base`. */
  async renderMarket(
    { request: placement }: LoadedRequest,
    providerId: string,
    base: string,
    request: FastifyRequest,
    reply: FastifyReply,
    { refused }: Shown,
  ): Promise<void> {
    const view = await this.market.view(placement, providerId);
    await this.pages.render(
      reply,
      request,
      'brokerage/pages/offer.njk',
      {
        title: wordOf(view.serviceType),
        view,
        base,
        isBeingSourced: ['approved', 'sourcing', 'offered'].includes(view.state),
        declines: declineChoices(refused?.typed['reason']),
        ...this.formModel(refused),
      },
      refused?.problem.status ?? 200,
    );
  }

  private async renderWhole(
    found: LoadedRequest,
    user: SignedIn,
    request: FastifyRequest,
    reply: FastifyReply,
    { why, refused }: Shown,
  ): Promise<void> {
    const view = await this.views.view(found);
    const stage = stageOf(found.request);
    const isOpenTo = !view.restricted || why !== undefined;
    const details = isOpenTo ? await this.people.details(stage.personId) : null;
    const may = this.grants.of(user);
    const isWorkable = found.request.status !== 'withdrawn' && found.request.status !== 'paused';
    const sources = may.source && ['approved', 'sourcing', 'offered'].includes(view.state);
    const all = await this.providers.all();
    const starting = refused?.form === 'complete' ? refused.typed : formFromDetails(isOpenTo ? view : withheld(view));
    await this.pages.render(
      reply,
      request,
      'brokerage/pages/request.njk',
      {
        title: wordOf(view.serviceType),
        view: isOpenTo ? view : withheld(view),
        isOpenTo,
        person: details && { name: nameOf(details), nhsNumber: details.nhsNumber ?? null },
        stage: stage.status,
        isWorkable,
        may,
        isMine: stage.broker === user.userId,
        isMyRequest: view.requesterId === user.userId,
        timing: this.timing(view.clock.dueAt, view.awardedProviderId !== null || !isWorkable),
        matches: sources ? await this.matches.for(found.request) : null,
        names: Object.fromEntries(all.map((provider) => [provider.providerId, provider.name])),
        providers: all.map(({ providerId, name }) => ({ value: providerId, text: name })),
        ratings: Object.fromEntries(all.map((provider) => [provider.providerId, provider.cqcRating])),
        floors: Object.fromEntries(
          all.map((provider) => [provider.providerId, provider.minimumSustainablePrice[view.serviceType] ?? null]),
        ),
        links: may.source
          ? providersOf(stage).map((providerId) => this.links.noticeFor(stage.requestId, providerId))
          : [],
        linkDays: this.settings.offerLinkDays,
        draft: starting,
        services: serviceChoices(starting['serviceType']),
        fundings: fundingChoices(starting['funding']),
        declines: declineChoices(refused?.typed['reason']),
        today: londonDate(this.clock.now()),
        ...this.formModel(refused),
      },
      refused?.problem.status ?? 200,
    );
  }

  private formModel(refused: Refused | undefined) {
    const typedIn = (form: string): Form => (refused?.form === form ? refused.typed : {});
    return { wordOf, typedIn, errors: refused ? errorsOf(refused) : { summary: [], fields: {} } };
  }

  private timing(dueAt: string | null, isSettled: boolean): string | null {
    if (dueAt === null || isSettled) return null;
    const hours = (Date.parse(dueAt) - Date.parse(this.clock.now())) / 3_600_000;
    return hours < 0 ? `${hoursInWords(hours)} late` : `${hoursInWords(hours)} left`;
  }
}

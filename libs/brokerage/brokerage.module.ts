import { Module, type OnModuleInit } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { EventFeed } from '#libs/event-feed/port.js';
import { AcknowledgeWithdrawalEndpoint } from './acknowledge-withdrawal/acknowledge-withdrawal.endpoint.js';
import { AcknowledgeWithdrawalHandler } from './acknowledge-withdrawal/acknowledge-withdrawal.js';
import { ApproveRequestEndpoint } from './approve-request/approve-request.endpoint.js';
import { ApproveRequestHandler } from './approve-request/approve-request.js';
import { AwardPlacementEndpoint } from './award-placement/award-placement.endpoint.js';
import { AwardPlacementHandler } from './award-placement/award-placement.js';
import { BrokerageSettings, defaultBrokerageSettings } from './brokerage-settings.js';
import { CaseCourses } from './case-courses.js';
import { casesTable } from './case-mirror/cases.projection.js';
import { ClaimRequestEndpoint } from './claim-request/claim-request.endpoint.js';
import { ClaimRequestHandler } from './claim-request/claim-request.js';
import { CompleteRequestEndpoint } from './complete-request/complete-request.endpoint.js';
import { CompleteRequestHandler } from './complete-request/complete-request.js';
import { FailPlacementEndpoint } from './fail-placement/fail-placement.endpoint.js';
import { FailPlacementHandler } from './fail-placement/fail-placement.js';
import { InterimRequests } from './interim-requests.js';
import { RequestMatches } from './matches/matches.js';
import { MatchesEndpoint } from './matches/matches.endpoint.js';
import { OfferLinks } from './offer-link/offer-links.js';
import { OpenRequestEndpoint } from './open-request/open-request.endpoint.js';
import { OpenRequestHandler } from './open-request/open-request.js';
import { OfferLinkPage } from './pages/offer-link.page.js';
import { PageGrants } from './pages/page-access.js';
import { ProvidersPage } from './pages/providers.page.js';
import { QueuePage } from './pages/queue.page.js';
import { RequestActions } from './pages/request-actions.js';
import { RequestPage } from './pages/request.page.js';
import { RequestPageView } from './pages/request-page-view.js';
import { PeopleShown } from './people-shown.js';
import { EmbargoTicker } from './policies/embargo-ticker.js';
import { Embargoes } from './policies/embargoes.policy.js';
import { FollowCases } from './policies/follow-cases.policy.js';
import { Followed } from './policies/followed.js';
import { ProviderList } from './providers/provider-list.js';
import { ProvidersEndpoint } from './providers/providers.endpoint.js';
import { providersTable } from './providers/providers.projection.js';
import { ProviderStreams } from './provider-streams.js';
import { ReceiveOfferEndpoint } from './receive-offer/receive-offer.endpoint.js';
import { ReceiveOfferHandler } from './receive-offer/receive-offer.js';
import { RecordResponseEndpoint } from './record-response/record-response.endpoint.js';
import { RecordResponseHandler } from './record-response/record-response.js';
import { RegisterProviderEndpoint } from './register-provider/register-provider.endpoint.js';
import { RegisterProviderHandler } from './register-provider/register-provider.js';
import { ReportCapacityEndpoint } from './report-capacity/report-capacity.endpoint.js';
import { ReportCapacityHandler } from './report-capacity/report-capacity.js';
import { QueueStreamEndpoint } from './request-queue/queue-stream.endpoint.js';
import { RequestQueue } from './request-queue/request-queue.js';
import { RequestQueueEndpoint } from './request-queue/request-queue.endpoint.js';
import { requestsTable } from './request-queue/requests.projection.js';
import { RequestScope } from './request-scope.js';
import { RequestStreams } from './request-streams.js';
import { MarketViews } from './request-view/market-views.js';
import { RequestViewEndpoint } from './request-view/request-view.endpoint.js';
import { RequestViews } from './request-view/request-view.js';
import { SendToProvidersEndpoint } from './send-to-providers/send-to-providers.endpoint.js';
import { SendToProvidersHandler } from './send-to-providers/send-to-providers.js';
import { SetProviderStatusEndpoint } from './set-provider-status/set-provider-status.endpoint.js';
import { SetProviderStatusHandler } from './set-provider-status/set-provider-status.js';
import { SettleOfferEndpoint } from './settle-offer/settle-offer.endpoint.js';
import { ApproveOfferHandler, SettleOfferHandler } from './settle-offer/settle-offer.js';
import { StartPlacementEndpoint } from './start-placement/start-placement.endpoint.js';
import { StartPlacementHandler } from './start-placement/start-placement.js';
import { WithdrawRequestEndpoint } from './withdraw-request/withdraw-request.endpoint.js';
import { WithdrawRequestHandler } from './withdraw-request/withdraw-request.js';

const endpoints = [
  // `stream` before `:id`: the first route that fits is taken.
  QueueStreamEndpoint,
  RequestQueueEndpoint,
  OpenRequestEndpoint,
  CompleteRequestEndpoint,
  ApproveRequestEndpoint,
  ClaimRequestEndpoint,
  MatchesEndpoint,
  SendToProvidersEndpoint,
  RecordResponseEndpoint,
  ReceiveOfferEndpoint,
  SettleOfferEndpoint,
  AwardPlacementEndpoint,
  StartPlacementEndpoint,
  FailPlacementEndpoint,
  WithdrawRequestEndpoint,
  AcknowledgeWithdrawalEndpoint,
  RequestViewEndpoint,
  RegisterProviderEndpoint,
  ReportCapacityEndpoint,
  SetProviderStatusEndpoint,
  ProvidersEndpoint,
];

const pages = [QueuePage, RequestPage, ProvidersPage, OfferLinkPage];

const handlers = [
  OpenRequestHandler,
  CompleteRequestHandler,
  ApproveRequestHandler,
  ClaimRequestHandler,
  SendToProvidersHandler,
  RecordResponseHandler,
  ReceiveOfferHandler,
  SettleOfferHandler,
  ApproveOfferHandler,
  AwardPlacementHandler,
  StartPlacementHandler,
  FailPlacementHandler,
  WithdrawRequestHandler,
  AcknowledgeWithdrawalHandler,
  RegisterProviderHandler,
  ReportCapacityHandler,
  SetProviderStatusHandler,
];

const parts = [
  RequestStreams,
  ProviderStreams,
  CaseCourses,
  InterimRequests,
  RequestScope,
  OfferLinks,
  PeopleShown,
  RequestQueue,
  RequestViews,
  MarketViews,
  RequestMatches,
  ProviderList,
  Followed,
  FollowCases,
  Embargoes,
  EmbargoTicker,
  PageGrants,
  RequestActions,
  RequestPageView,
];

/** Brokerage: placement requests, offers, awards; providers, capacity, embargoes. */
@Module({
  imports: [CqrsModule],
  controllers: [...endpoints, ...pages],
  providers: [{ provide: BrokerageSettings, useValue: defaultBrokerageSettings }, ...parts, ...handlers],
})
export class BrokerageModule implements OnModuleInit {
  constructor(
    private readonly feed: EventFeed,
    private readonly followCases: FollowCases,
    private readonly embargoes: Embargoes,
  ) {}

  onModuleInit(): void {
    for (const consumer of [requestsTable, providersTable, casesTable, this.followCases, this.embargoes]) {
      this.feed.register(consumer);
    }
  }
}

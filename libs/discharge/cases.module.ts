import { Module, type OnModuleInit } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { EventFeed } from '#libs/event-feed/port.js';
import { AcceptCaseEndpoint } from './accept/accept-case.endpoint.js';
import { AcceptCaseHandler } from './accept/accept-case.js';
import { AssignPathwayEndpoint } from './assign-pathway/assign-pathway.endpoint.js';
import { AssignPathwayHandler } from './assign-pathway/assign-pathway.js';
import { AssignWorkerEndpoint } from './assign-worker/assign-worker.endpoint.js';
import { AssignWorkerHandler } from './assign-worker/assign-worker.js';
import { CaseCommands } from './case-commands.js';
import { CloseCaseEndpoint } from './close/close-case.endpoint.js';
import { CloseCaseHandler } from './close/close-case.js';
import { CompleteActionEndpoint } from './complete-action/complete-action.endpoint.js';
import { CompleteActionHandler } from './complete-action/complete-action.js';
import { DischargeCaseEndpoint } from './discharge-by-hand/discharge-case.endpoint.js';
import { DischargeCaseHandler } from './discharge-by-hand/discharge-case.js';
import { DiscussChoiceEndpoint } from './discuss-choice/discuss-choice.endpoint.js';
import { DiscussChoiceHandler } from './discuss-choice/discuss-choice.js';
import { EndDelayEndpoint } from './end-delay/end-delay.endpoint.js';
import { EndDelayHandler } from './end-delay/end-delay.js';
import { EscalateCaseEndpoint } from './escalate/escalate-case.endpoint.js';
import { EscalateCaseHandler } from './escalate/escalate-case.js';
import { MarkInErrorEndpoint } from './mark-in-error/mark-in-error.endpoint.js';
import { MarkInErrorHandler } from './mark-in-error/mark-in-error.js';
import { OfferCarersAssessmentEndpoint } from './offer-carers-assessment/offer-carers-assessment.endpoint.js';
import { OfferCarersAssessmentHandler } from './offer-carers-assessment/offer-carers-assessment.js';
import { PauseCaseEndpoint } from './pause/pause-case.endpoint.js';
import { PauseCaseHandler } from './pause/pause-case.js';
import { PersonRecords } from './person-facts/person-records.js';
import { CaseFollowsStay } from './policies/case-follows-stay.js';
import { DelayFollowsAward } from './policies/delay-follows-award.js';
import { RaiseActionEndpoint } from './raise-action/raise-action.endpoint.js';
import { RaiseActionHandler } from './raise-action/raise-action.js';
import { RecordCriteriaEndpoint } from './record-criteria/record-criteria.endpoint.js';
import { RecordCriteriaHandler } from './record-criteria/record-criteria.js';
import { RecordInvolvementEndpoint } from './record-involvement/record-involvement.endpoint.js';
import { RecordInvolvementHandler } from './record-involvement/record-involvement.js';
import { ReferPersonEndpoint } from './refer/refer-person.endpoint.js';
import { ReferPersonHandler } from './refer/refer-person.js';
import { ResolveEscalationEndpoint } from './resolve-escalation/resolve-escalation.endpoint.js';
import { ResolveEscalationHandler } from './resolve-escalation/resolve-escalation.js';
import { ResumeCaseEndpoint } from './resume/resume-case.endpoint.js';
import { ResumeCaseHandler } from './resume/resume-case.js';
import { SetExpectedDateEndpoint } from './set-expected-date/set-expected-date.endpoint.js';
import { SetExpectedDateHandler } from './set-expected-date/set-expected-date.js';
import { StartDelayEndpoint } from './start-delay/start-delay.endpoint.js';
import { StartDelayHandler } from './start-delay/start-delay.js';
import { staysProjection } from './stays/stays.projection.js';
import { WardStays } from './stays/ward-stays.js';
import { WithdrawReferralEndpoint } from './withdraw/withdraw-referral.endpoint.js';
import { WithdrawReferralHandler } from './withdraw/withdraw-referral.js';

/** The write side of discharge: what people do to a case, and the policies that keep it in step with the ward. */
@Module({
  imports: [CqrsModule],
  controllers: [
    ReferPersonEndpoint,
    AcceptCaseEndpoint,
    AssignWorkerEndpoint,
    RecordCriteriaEndpoint,
    AssignPathwayEndpoint,
    SetExpectedDateEndpoint,
    StartDelayEndpoint,
    EndDelayEndpoint,
    RaiseActionEndpoint,
    CompleteActionEndpoint,
    EscalateCaseEndpoint,
    ResolveEscalationEndpoint,
    RecordInvolvementEndpoint,
    DiscussChoiceEndpoint,
    OfferCarersAssessmentEndpoint,
    PauseCaseEndpoint,
    ResumeCaseEndpoint,
    WithdrawReferralEndpoint,
    DischargeCaseEndpoint,
    CloseCaseEndpoint,
    MarkInErrorEndpoint,
  ],
  providers: [
    WardStays,
    PersonRecords,
    CaseCommands,
    CaseFollowsStay,
    DelayFollowsAward,
    ReferPersonHandler,
    AcceptCaseHandler,
    AssignWorkerHandler,
    RecordCriteriaHandler,
    AssignPathwayHandler,
    SetExpectedDateHandler,
    StartDelayHandler,
    EndDelayHandler,
    RaiseActionHandler,
    CompleteActionHandler,
    EscalateCaseHandler,
    ResolveEscalationHandler,
    RecordInvolvementHandler,
    DiscussChoiceHandler,
    OfferCarersAssessmentHandler,
    PauseCaseHandler,
    ResumeCaseHandler,
    WithdrawReferralHandler,
    DischargeCaseHandler,
    CloseCaseHandler,
    MarkInErrorHandler,
  ],
  exports: [WardStays, PersonRecords, CaseCommands],
})
export class CasesModule implements OnModuleInit {
  constructor(
    private readonly feed: EventFeed,
    private readonly follow: CaseFollowsStay,
    private readonly awards: DelayFollowsAward,
  ) {}

  onModuleInit(): void {
    this.feed.register(staysProjection);
    this.feed.register(this.follow);
    this.feed.register(this.awards);
  }
}

import { Module, type OnModuleInit } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { EventFeed } from '#libs/event-feed/port.js';
import { AnswerCheckEndpoint, AnswerCheckHandler } from './answer-check/answer-check.js';
import { ChecksController } from './checks/checks.controller.js';
import { WorklistReader } from './checks/worklist.reader.js';
import { EndEpisodeEndpoint, EndEpisodeHandler } from './end-episode/end-episode.js';
import { EpisodesController } from './episodes/episodes.controller.js';
import { EpisodesReader } from './episodes/episodes.reader.js';
import { KnownCase } from './known-case.js';
import { LogAttemptEndpoint, LogAttemptHandler } from './log-attempt/log-attempt.js';
import { OnCheck, OnEpisode } from './on-episode.js';
import { Day91Page } from './pages/day-91.page.js';
import { ReablementPage } from './pages/reablement.page.js';
import { FollowPolicy } from './policies/follow.policy.js';
import { RecordEvidenceEndpoint, RecordEvidenceHandler } from './record-evidence/record-evidence.js';
import { RecordHoursEndpoint, RecordHoursHandler } from './record-hours/record-hours.js';
import { ReopenCheckEndpoint, ReopenCheckHandler } from './reopen-check/reopen-check.js';
import { ReviewEpisodeEndpoint, ReviewEpisodeHandler } from './review-episode/review-episode.js';
import { ReviewGoalEndpoint, ReviewGoalHandler } from './review-goal/review-goal.js';
import { SetGoalEndpoint, SetGoalHandler } from './set-goal/set-goal.js';
import { StartEpisodeEndpoint, StartEpisodeHandler } from './start-episode/start-episode.js';
import { SubjectsReader } from './subjects/subjects.reader.js';
import { subjects } from './subjects/subjects.projection.js';

/** Reablement episodes, the check of day 91, and the policies that keep both in step with the ward. */
@Module({
  imports: [CqrsModule],
  controllers: [
    StartEpisodeEndpoint,
    SetGoalEndpoint,
    ReviewGoalEndpoint,
    RecordHoursEndpoint,
    ReviewEpisodeEndpoint,
    EndEpisodeEndpoint,
    LogAttemptEndpoint,
    RecordEvidenceEndpoint,
    AnswerCheckEndpoint,
    ReopenCheckEndpoint,
    EpisodesController,
    ChecksController,
    Day91Page,
    ReablementPage,
  ],
  providers: [
    SubjectsReader,
    KnownCase,
    OnEpisode,
    OnCheck,
    WorklistReader,
    EpisodesReader,
    FollowPolicy,
    StartEpisodeHandler,
    SetGoalHandler,
    ReviewGoalHandler,
    RecordHoursHandler,
    ReviewEpisodeHandler,
    EndEpisodeHandler,
    LogAttemptHandler,
    RecordEvidenceHandler,
    AnswerCheckHandler,
    ReopenCheckHandler,
  ],
})
export class ReablementModule implements OnModuleInit {
  constructor(
    private readonly feed: EventFeed,
    private readonly follow: FollowPolicy,
  ) {}

  onModuleInit(): void {
    this.feed.register(subjects);
    this.feed.register(this.follow);
  }
}

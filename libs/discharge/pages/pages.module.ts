import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { BoardModule } from '../board/board.module.js';
import { CasesModule } from '../cases.module.js';
import { HuddleModule } from '../huddle/huddle.module.js';
import { ReferPersonEndpoint } from '../refer/refer-person.endpoint.js';
import { CaseFormPage } from './case-form.page.js';
import { CasePage } from './case.page.js';
import { FeedNotice } from './feed-notice.js';
import { HuddlePage } from './huddle.page.js';
import { LiveFigures } from './live-figures.js';
import { MeetingPage } from './meeting.page.js';
import { NewCasePage } from './new-case.page.js';
import { RowMarkup } from './row-markup.js';

/** The huddle board, the case and its forms. `cases/new` stands before `cases/:caseId`. */
@Module({
  imports: [CqrsModule, BoardModule, HuddleModule, CasesModule],
  controllers: [NewCasePage, HuddlePage, MeetingPage, CaseFormPage, CasePage],
  // The referral page takes the same way as the API's referral, checks and all.
  providers: [RowMarkup, LiveFigures, FeedNotice, ReferPersonEndpoint],
})
export class DischargePagesModule {}

import { Module, type OnModuleInit } from '@nestjs/common';
import { EventFeed } from '#libs/event-feed/port.js';
import { CaseController } from '../case-view/case.controller.js';
import { CaseView } from '../case-view/case-view.js';
import { WardNews } from '../case-view/ward-news.js';
import { HuddleModule } from '../huddle/huddle.module.js';
import { BoardController } from './board.controller.js';
import { BoardReader } from './board-reader.js';
import { CaseHistories } from './case-histories.js';
import { feedStatesProjection } from '../feeds/feed-states.projection.js';
import { casesProjection } from './cases.projection.js';
import { BoardChanges } from './changes.js';
import { LiveBoard } from './live-board.js';
import { NamedRows } from './named-rows.js';

/** The read side of discharge: the board, what changed on it, and the case. */
@Module({
  imports: [HuddleModule],
  controllers: [BoardController, CaseController],
  providers: [CaseHistories, BoardReader, NamedRows, BoardChanges, LiveBoard, CaseView, WardNews],
  exports: [CaseHistories, BoardReader, NamedRows, BoardChanges, LiveBoard, CaseView, WardNews],
})
export class BoardModule implements OnModuleInit {
  constructor(private readonly feed: EventFeed) {}

  onModuleInit(): void {
    this.feed.register(casesProjection);
    this.feed.register(feedStatesProjection);
  }
}

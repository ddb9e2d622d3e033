import { Module, type OnModuleInit } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { EventFeed } from '#libs/event-feed/port.js';
import { huddleHandlers } from './commands.js';
import { HuddleController } from './huddle.controller.js';
import { Huddles } from './huddles.js';
import { huddlesProjection } from './huddles.projection.js';

@Module({
  imports: [CqrsModule],
  controllers: [HuddleController],
  providers: [...huddleHandlers, Huddles],
  exports: [Huddles],
})
export class HuddleModule implements OnModuleInit {
  constructor(private readonly feed: EventFeed) {}

  onModuleInit(): void {
    this.feed.register(huddlesProjection);
  }
}

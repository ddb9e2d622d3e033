import { Module, type DynamicModule } from '@nestjs/common';
import { AccessModule } from '#libs/access/access.module.js';
import { BrokerageModule } from '#libs/brokerage/brokerage.module.js';
import { DischargeModule } from '#libs/discharge/discharge.module.js';
import { EventFeedModule } from '#libs/event-feed/event-feed.module.js';
import { InsightsModule } from '#libs/insights/insights.module.js';
import { IntakeModule } from '#libs/intake/intake.module.js';
import { PeopleModule } from '#libs/people/people.module.js';
import { PlatformModule, type PlatformOptions } from '#libs/platform/platform.module.js';
import { ReablementModule } from '#libs/reablement/reablement.module.js';

/** Everything in one process: what the contexts stand on, then the contexts, which know nothing of each other. */
@Module({})
export class AppModule {
  static with(options: PlatformOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [
        PlatformModule.with(options),
        AccessModule,
        PeopleModule,
        EventFeedModule,
        IntakeModule,
        DischargeModule,
        BrokerageModule,
        ReablementModule,
        InsightsModule,
      ],
    };
  }
}

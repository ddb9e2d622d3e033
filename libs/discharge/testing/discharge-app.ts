import type { DynamicModule } from '@nestjs/common';
import { AccessModule } from '#libs/access/access.module.js';
import { EventFeedModule } from '#libs/event-feed/event-feed.module.js';
import { PeopleModule } from '#libs/people/people.module.js';
import { PlatformModule, type PlatformOptions } from '#libs/platform/platform.module.js';
import { DischargeModule } from '../discharge.module.js';

class DischargeAlone {}

/** Discharge with what it stands on and no other context: what `startTestApp` takes as its module. */
export const dischargeAlone = (options: PlatformOptions): DynamicModule => ({
  module: DischargeAlone,
  imports: [PlatformModule.with(options), AccessModule, EventFeedModule, PeopleModule, DischargeModule],
});

import { Type } from 'typebox';
import { eventsOf, type EventOf } from '../event-contract.js';

/** Settings that figures divide by: events like everything else, so that a figure can be made as known at any time. */
export const settingContracts = eventsOf('insights', 'setting-', {
  Population65Set: [
    'The population aged 65 or over of an authority in a year was set; it replaces what was set before for that year and authority.',
    Type.Object({
      year: Type.Integer({ minimum: 1990, maximum: 2200 }),
      authority: Type.String(),
      people: Type.Integer({ minimum: 1 }),
    }),
  ],
});
export type SettingEvent = EventOf<typeof settingContracts>;

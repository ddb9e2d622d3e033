import type { TargetHours } from './domain/sourcing-clock.js';

/** What a council may set for its brokerage. */
export abstract class BrokerageSettings {
  /** Hours from approval to award (`metrics.md` §2, `brokerage.within-target-share`; domain.md §11 for where they come from). */
  abstract readonly targetHours: TargetHours;
  /** Days for which a provider's link works. Longer: late answers get through. Shorter: a forwarded link is of less use. */
  abstract readonly offerLinkDays: number;
}

export const defaultBrokerageSettings: BrokerageSettings = {
  targetHours: {
    'home-care': 24,
    reablement: 24,
    nursing: 48,
    residential: 72,
    'supported-living': 336,
  },
  offerLinkDays: 14,
};

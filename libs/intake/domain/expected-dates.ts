import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import type { StayFact } from './stay-fact.js';

/**
 * Expected discharge dates in the order they became effective. Facts come in recorded order. Feeds repeat the date in every message, and a repeat says nothing new;
 * an A25 always does, because it clears the date whoever set it (api.md).
 */
export const expectedDatesOf = (recorded: readonly StayFact[]): StayBlock['expectedDates'] => {
  const dates: StayBlock['expectedDates'] = [];
  for (const { action, expectedDate, eventTime } of recorded) {
    if (action === 'cancel-expected') dates.push({ date: null, at: eventTime });
    else if (expectedDate !== undefined && expectedDate !== (dates.at(-1)?.date ?? null))
      dates.push({ date: expectedDate, at: eventTime });
  }
  return dates;
};

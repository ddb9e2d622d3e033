import { londonDate } from '#libs/nhs/civil-date.js';
import { Problem } from '#libs/platform/problem.js';
import { aheadMilliseconds } from '#libs/platform/command-context.js';

/** 400 when an instant lies more than 5 minutes ahead, or a civil date after today. */
export const notAhead = (field: string, value: string, now: string): void => {
  const isDate = value.length === 10;
  const ahead = isDate ? value > londonDate(now) : Date.parse(value) > Date.parse(now) + aheadMilliseconds;
  if (ahead)
    throw Problem.invalidField(
      field,
      isDate ? 'must not be later than today' : 'must not lie more than 5 minutes ahead',
    );
};

import type { Details } from '../port.js';

export interface OpenedDetails {
  readonly eventId: string;
  readonly occurredAt: string;
  readonly details: Details | null;
  /** Said of an identity that a merge gave up for another. */
  readonly givenUp: boolean;
}

const fields = [
  'nhsNumber',
  'familyName',
  'givenNames',
  'birthDate',
  'sex',
  'postcode',
  'language',
  'interpreter',
] as const satisfies readonly (keyof Details)[];

/** Only what was given; null clears, and what is not there changes nothing. */
export const given = (details: Details): Details =>
  Object.fromEntries(fields.flatMap((field) => (details[field] === undefined ? [] : [[field, details[field]]])));

/** By the time it was true and not by when it arrived. At the same time the id decides, which is made from what was recorded. */
export const byTimeOfDetails = (
  a: Pick<OpenedDetails, 'occurredAt' | 'eventId'>,
  b: Pick<OpenedDetails, 'occurredAt' | 'eventId'>,
): number => (a.occurredAt === b.occurredAt ? (a.eventId < b.eventId ? -1 : 1) : a.occurredAt < b.occurredAt ? -1 : 1);

/**
 * Field by field what was recorded last, so that no order of messages changes it. What was said of somebody whom a merge gave up only
 * fills what nobody said of the survivor: a merge takes no demographics (domain.md §6.1, A40), and the number of the survivor is the person's.
 */
export const effectiveDetails = (recorded: readonly OpenedDetails[]): Details =>
  [...recorded]
    .sort((a, b) => Number(b.givenUp) - Number(a.givenUp) || byTimeOfDetails(a, b))
    .reduce<Details>((all, { details }) => (details ? { ...all, ...given(details) } : all), {});

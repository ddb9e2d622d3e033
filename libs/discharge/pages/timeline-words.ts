import type { User } from '#libs/access/users.js';
import { formatDate, formatDateTime, isCivilDate } from '#libs/nhs/index.js';
import type { TimelineItem } from '../case-view/timeline.js';
import { pathwayWords, reasonWords, wordOf } from './words.js';

type Users = ReadonlyMap<string, User>;

/** Ids and switches that tell a reader nothing. */
const untold = new Set([
  'delayId',
  'actionId',
  'escalationId',
  'requestId',
  'eventId',
  'stayId',
  'caseId',
  'offerId',
  'guidanceVersion',
  'setBy',
  'by',
  'previousCaseId',
  'answers',
  'evidenceId',
  'episodeId',
  'goalId',
  'entryType',
  'completedBy',
  'approvedBy',
]);

const labelOf = (key: string): string => wordOf(key.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase());

const isInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?Z$/;

/** `users`: ids of users are shown by name. */
const valueWords = (key: string, value: unknown, users: Users): string => {
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (key === 'pathway' && typeof value === 'number') return pathwayWords(value);
  if (key === 'reason' && typeof value === 'string') return reasonWords(value);
  if (typeof value === 'string' && isCivilDate(value)) return formatDate(value);
  if (typeof value === 'string' && isInstant.test(value)) return formatDateTime(value);
  if (typeof value === 'string') return users.get(value)?.username ?? value;
  if (Array.isArray(value)) return value.map((one) => valueWords('', one, users)).join(', ');
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .map(([inner, one]) => `${labelOf(inner)}: ${valueWords(inner, one, users)}`)
      .join('; ');
  return String(value);
};

/** What an entry says, field by field, in words. */
export const detailsOf = (
  data: object | null,
  users: Users = new Map(),
): readonly { readonly label: string; readonly value: string }[] =>
  Object.entries(data ?? {}).flatMap(([key, value]: [string, unknown]) =>
    untold.has(key) || value === null || value === '' || (Array.isArray(value) && value.length === 0)
      ? []
      : [{ label: labelOf(key), value: valueWords(key, value, users) }],
  );

/** Entries that are no decision of a person's cannot be marked in error. */
const markable = (item: TimelineItem): boolean =>
  item.context === 'discharge' &&
  !item.inError &&
  !item.source.startsWith('policy:') &&
  !['CaseReferred', 'CaseLinkedToStay'].includes(item.type);

export const timelineInWords = (items: readonly TimelineItem[], users: Users) =>
  items
    .map((item) => ({
      eventId: item.eventId,
      says: item.says,
      occurredAt: item.occurredAt,
      recordedAt: item.recordedAt,
      late: Date.parse(item.recordedAt) - Date.parse(item.occurredAt) > 15 * 60_000,
      actor: users.get(item.actor.id)?.username ?? item.source.replace(/^policy:/, 'Homeward, '),
      role: item.actor.role,
      inError: item.inError,
      markable: markable(item),
      details: detailsOf(item.data, users),
    }))
    .reverse();

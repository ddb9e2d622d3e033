import { formatDayMonth, formatTime, isCivilDate, londonDate } from '#libs/nhs/index.js';
import { dueBy } from '../board/domain/actions.js';
import { feedIsLate, type FeedOfRow } from '../board/domain/rag.js';
import { isRestricted, type BoardRow } from '../board/named-rows.js';
import { agoWords, counted, pathwayWords, ragColours, reasonWords, statusColours, wordOf } from './words.js';

/** How a row is shown: at which time, and whether names may be seen by everybody in the room. */
export interface RowView {
  readonly asOf: string;
  readonly namesHidden: boolean;
  /** A board of the past leads to the case as it stood then. */
  readonly past: boolean;
  /** Our own council: its code is shown by its name. */
  readonly council: { readonly code: string; readonly name: string };
}

const day = (instant: string): string => formatDayMonth(londonDate(instant));

/** `14:05`, with the day where it is not today's. */
const timeWords = (instant: string, asOf: string): string =>
  londonDate(instant) === londonDate(asOf) ? formatTime(instant) : `${day(instant)}, ${formatTime(instant)}`;

/** A reason in words; a late feed says since when. */
export const whyWords = (reason: string, feed: FeedOfRow, asOf: string): string => {
  if (reason !== feedIsLate || feed.state === 'live') return reason;
  const time = timeWords(feed.since, asOf);
  return feed.state === 'silent' ? `${reason}: nothing since ${time}` : `${reason}: its news is up to ${time} only`;
};

const brokerageWords = (brokerage: BoardRow['brokerage']): string => {
  if (!brokerage) return 'None';
  const { state, offers, confirmedOffers, awardedProviderId, startsOn } = brokerage;
  const starts = startsOn ? `, starts ${formatDayMonth(startsOn)}` : '';
  if (state === 'awarded') return `Awarded to ${awardedProviderId ?? 'a provider'}${starts}`;
  if (state === 'started') return `Started${startsOn ? ` ${formatDayMonth(startsOn)}` : ''}`;
  if (state === 'offered')
    return `${counted(offers, 'offer')}, ${confirmedOffers > 0 ? `${String(confirmedOffers)} confirmed` : 'provisional'}`;
  if (state === 'sourcing') return 'Sent, no offer yet';
  return `${wordOf(state)}${starts}`;
};

const urgency = { red: '0', grey: '1', amber: '2', green: '3' } as const;
const inverse = (n: number | null): string => String(99_999 - (n ?? -1)).padStart(6, '0');

/** The place of a row on the board, comparable as text: the same order as the server's. */
export const sortKeyOf = (row: BoardRow): string =>
  `${row.rag ? urgency[row.rag] : '4'}${inverse(row.daysSinceReady)}${inverse(row.losDays)}${row.caseId}`;

/** A row in words, for the template: every colour has its word, every date its month. */
export const rowInWords = (row: BoardRow, { asOf, namesHidden, past, council }: RowView) => {
  const named = (organisation: string): string => (organisation === council.code ? council.name : organisation);
  const { nextAction, criteriaToReside } = row;
  const due = nextAction && (isCivilDate(nextAction.due) ? nextAction.due : londonDate(nextAction.due));
  const at = past ? `?asOf=${encodeURIComponent(asOf)}` : '';
  const reasons = (row.ragReason?.split('; ') ?? []).map((reason) => whyWords(reason, row.feed, asOf));
  const place = [row.ward, row.bed && `bed ${row.bed}`].filter(Boolean).join(', ');
  return {
    caseId: row.caseId,
    href: `/cases/${encodeURIComponent(row.caseId)}${at}`,
    sortKey: sortKeyOf(row),
    rag: row.rag,
    ragWord: row.rag ? wordOf(row.rag) : wordOf(row.status),
    ragColour: row.rag ? ragColours[row.rag] : 'grey',
    ragReason: reasons.join('; '),
    ragReasons: reasons,
    name: namesHidden ? [row.hospital, place].filter(Boolean).join(', ') : (row.name ?? 'Name not held'),
    nhsNumber: namesHidden || row.nhsNumber === null ? '' : row.nhsNumber,
    restricted: isRestricted(row),
    age: row.age,
    hospital: row.hospital,
    place: place || 'Ward not known',
    moved: row.movedAt !== null,
    homeAuthority: row.homeAuthority === null ? 'Not known' : named(row.homeAuthority),
    status: row.status,
    statusWord: wordOf(row.status),
    statusColour: statusColours[row.status],
    losDays: row.losDays,
    criteria: criteriaToReside === null ? 'Not known' : criteriaToReside.meets ? 'Met' : 'Not met',
    criteriaSince: criteriaToReside ? day(criteriaToReside.since) : '',
    ready: row.dischargeReadyDate ? formatDayMonth(row.dischargeReadyDate) : '',
    daysSinceReady: row.daysSinceReady,
    pathway: row.pathway,
    pathwayTitle: pathwayWords(row.pathway),
    pathwayOn: row.pathwayDecidedAt ? day(row.pathwayDecidedAt) : '',
    expected: row.expectedDischargeDate ? formatDayMonth(row.expectedDischargeDate) : '',
    slips: row.slips > 0 ? counted(row.slips, 'slip') : '',
    delays: row.delays.slice(0, 3).map(({ reason, days }) => ({
      code: reason,
      label: reasonWords(reason),
      days: counted(days, 'day'),
    })),
    moreDelays: Math.max(0, row.delays.length - 3),
    owner: row.owner?.person ?? '',
    organisation: row.owner ? named(row.owner.organisation) : '',
    action: nextAction && {
      what: namesHidden ? 'Open the case to read it' : (nextAction.what ?? 'Not shown'),
      owner: wordOf(named(nextAction.owner.organisation)),
      due: due ? formatDayMonth(due) : '',
      overdue: dueBy(nextAction.due) < asOf,
    },
    escalation: row.escalation,
    brokerage: brokerageWords(row.brokerage),
    flags: row.flags.filter((flag) => flag !== 'restricted').map(wordOf),
    identityToConfirm: row.identityToConfirm,
    changed: agoWords(row.updatedAt, asOf),
    changedAt: row.updatedAt,
  };
};

export type RowInWords = ReturnType<typeof rowInWords>;

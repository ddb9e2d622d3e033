import type { Place, StayBlock } from '#libs/contracts/intake/stay-events.js';
import { currentRun, effectiveHistory, saidByFeed } from '#libs/nhs/criteria-history.js';
import type { Shape } from '#libs/platform/answers.js';
import { movesOf, type Move } from '../domain/moves.js';
import { markedInError, shownStatus, type LinkedCase, type ShownStatus } from './stays.projection.js';

/** A stay as `GET /stays` shows it (api.md). */
export interface ShownStay extends Place {
  readonly stayId: string;
  readonly personId: string;
  readonly hospital: string | null;
  readonly admittedAt: string | null;
  readonly dischargedAt: string | null;
  readonly destinationCode: string | null;
  readonly methodCode: string | null;
  readonly status: ShownStatus;
  readonly mergedInto?: string;
  readonly expectedDischargeDate: string | null;
  readonly criteriaToReside: { readonly meets: boolean; readonly since: string } | null;
  readonly moves: readonly Move[];
  readonly referred: boolean;
  readonly onLeave: boolean;
  readonly identityToConfirm: boolean;
}

const place: Shape = { ward: 'string?', room: 'string?', bed: 'string?' };
export const shownStayShape: Shape = {
  stayId: 'string',
  personId: 'string',
  hospital: 'string?',
  ...place,
  admittedAt: 'date-time?',
  dischargedAt: 'date-time?',
  destinationCode: 'string?',
  methodCode: 'string?',
  status: 'string',
  mergedInto: 'string',
  expectedDischargeDate: 'date?',
  criteriaToReside: {
    $schema: {
      type: ['object', 'null'],
      properties: { meets: { type: 'boolean' }, since: { type: 'string', format: 'date-time' } },
    },
  },
  moves: [{ from: place, to: place, at: 'date-time' }],
  referred: 'boolean',
  onLeave: 'boolean',
  identityToConfirm: 'boolean',
};

/** What the feed said together with what the team recorded (metrics.md §1), now, or at the discharge. */
const criteriaOf = (stay: StayBlock, cases: readonly LinkedCase[], now: string): ShownStay['criteriaToReside'] => {
  const { admittedAt, dischargedAt } = stay;
  const marked = markedInError(cases);
  const facts = [...saidByFeed(stay.criteria), ...cases.flatMap(({ criteria }) => criteria)].filter(
    ({ eventId }) => !marked.has(eventId),
  );
  return currentRun(effectiveHistory(facts, { admittedAt, dischargedAt, knownAt: now }), dischargedAt ?? now);
};

export const shownStay = (
  stay: StayBlock,
  { personId, cases, now }: { personId: string; cases: readonly LinkedCase[]; now: string },
): ShownStay => {
  const status = shownStatus(stay);
  const last = stay.locations.at(-1);
  const isOpen = status === 'open';
  return {
    stayId: stay.stayId,
    personId,
    hospital: stay.hospital,
    ward: last?.ward ?? null,
    room: last?.room ?? null,
    bed: last?.bed ?? null,
    admittedAt: stay.admittedAt,
    dischargedAt: isOpen ? null : stay.dischargedAt,
    destinationCode: isOpen ? null : stay.destinationCode,
    methodCode: isOpen ? null : stay.dischargeMethodCode,
    status,
    ...(stay.mergedInto === null ? {} : { mergedInto: stay.mergedInto }),
    expectedDischargeDate: stay.expectedDates.at(-1)?.date ?? null,
    criteriaToReside: criteriaOf(stay, cases, now),
    moves: movesOf(stay),
    referred: cases.length > 0,
    onLeave: isOpen && stay.leave.at(-1)?.to === null,
    identityToConfirm: stay.identityToConfirm,
  };
};

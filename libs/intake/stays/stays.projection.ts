import type { CaseEvent } from '#libs/contracts/discharge/case-events.js';
import type { StayBlock, StayEvent } from '#libs/contracts/intake/stay-events.js';
import { rowProjection, type RowProjectionOptions } from '#libs/event-feed/row-projection.js';
import type { CriteriaFact } from '#libs/nhs/criteria-history.js';

export type ShownStatus = 'open' | 'discharged' | 'cancelled' | 'merged';

/** A visit that names no admission yet is shown by what is known of it; it counts in no figure. */
export const shownStatus = ({ status, dischargedAt }: Pick<StayBlock, 'status' | 'dischargedAt'>): ShownStatus =>
  status === 'known' ? (dischargedAt === null ? 'open' : 'discharged') : status;

const staysOf = (
  version: number,
  more: Pick<RowProjectionOptions<StayBlock | null, StayEvent>, 'keptAs' | 'replaces'>,
) =>
  rowProjection<StayBlock | null, StayEvent>({
    name: 'intake.stays',
    version,
    saysAll: true,
    ...more,
    wants: { streamPrefixes: ['stay-'] },
    schema: 'intake',
    table: 'stays',
    keyOf: (event) => event.streamId.slice('stay-'.length),
    initial: () => null,
    // Every event carries the whole stay after it, so the latest says all.
    evolve: (_, event) => event.data.stay,
    columns: { status: 'text', hospital: 'text', ward: 'text', person_id: 'text', admitted_at: 'timestamptz' },
    columnsOf: (stay) => ({
      status: shownStatus(stay),
      hospital: stay.hospital,
      ward: stay.locations.at(-1)?.ward ?? null,
      person_id: stay.personId,
      admitted_at: stay.admittedAt,
    }),
    indexes: ['status, hospital, ward', 'person_id', `(coalesce(admitted_at, 'infinity')), key`],
  });

/** Kept for one release: its rows were parsed before they were written. */
const before = staysOf(1, {});
/** Every stay as its last event left it. */
export const stays = staysOf(2, {
  keptAs: 'json',
  replaces: {
    projection: before,
    as: {
      'intake.stays_v2': `SELECT key, status, hospital, ward, person_id, admitted_at, position, row::json AS row FROM ${before.tableName}`,
    },
  },
});

/** What intake keeps of a case: the stay it belongs to, and what the team recorded of criteria to reside. */
export interface LinkedCase {
  readonly stayId: string | null;
  readonly criteria: readonly CriteriaFact[];
  /** Marks in error, in their order: of entries of the case, of the ward's criteria, and of marks. */
  readonly marks: readonly { readonly mark: string; readonly of: string }[];
}

/** What was marked in error. A mark may itself have been a mistake: later marks are looked at first. */
export const markedInError = (cases: readonly LinkedCase[]): ReadonlySet<string> => {
  const marked = new Set<string>();
  for (const { marks } of cases) for (const { mark, of } of marks.toReversed()) if (!marked.has(mark)) marked.add(of);
  return marked;
};

export const linkedCases = rowProjection<LinkedCase, CaseEvent>({
  name: 'intake.linked-cases',
  version: 2,
  wants: { streamPrefixes: ['case-'], types: ['CaseLinkedToStay', 'CriteriaToResideRecorded', 'EntryMarkedInError'] },
  schema: 'intake',
  table: 'linked_cases',
  keyOf: (event) => event.streamId.slice('case-'.length),
  initial: () => ({ stayId: null, criteria: [], marks: [] }),
  evolve: (row, event) => {
    switch (event.type) {
      case 'CaseLinkedToStay':
        return { ...row, stayId: event.data.stayId };
      case 'CriteriaToResideRecorded': {
        const { eventId, occurredAt, recordedAt, data } = event;
        return {
          ...row,
          criteria: [...row.criteria, { meets: data.meets, at: occurredAt, recordedAt, origin: 'team', eventId }],
        };
      }
      case 'EntryMarkedInError':
        return { ...row, marks: [...row.marks, { mark: event.eventId, of: event.data.eventId }] };
      default:
        return row;
    }
  },
  columns: { stay_id: 'text' },
  columnsOf: ({ stayId }) => ({ stay_id: stayId }),
  indexes: ['stay_id'],
});

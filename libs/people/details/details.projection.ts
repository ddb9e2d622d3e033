import type { Sealed } from '../../contracts/event-contract.js';
import type { PersonEvent } from '../../contracts/people/person-events.js';
import { type RowProjection, rowProjection } from '../../event-feed/row-projection.js';
import type { Details } from '../port.js';
import { byTimeOfDetails } from './effective-details.js';

/** One time that details were recorded, as sealed as it stands in the log. */
export interface RecordedDetails {
  readonly eventId: string;
  readonly occurredAt: string;
  /** Which fields are named; empty where the event does not tell. */
  readonly fields: readonly string[];
  readonly details: Details | Sealed | null;
}
export interface DetailsRow {
  readonly personId: string;
  readonly recorded: readonly RecordedDetails[];
}

/**
 * Without what was said anew since, field by field: wards repeat the details with every message, and each that is kept is opened
 * whenever a name is shown.
 */
const notSaidAnew = (recorded: readonly RecordedDetails[]): readonly RecordedDetails[] =>
  recorded.filter(
    (one) =>
      one.fields.length === 0 ||
      !one.fields.every((field) =>
        recorded.some((other) => other.fields.includes(field) && byTimeOfDetails(one, other) < 0),
      ),
  );

/** The sealed details of everybody referred, a row per person id. Gone when the person is erased. */
export const detailsProjection: RowProjection<DetailsRow> = rowProjection<DetailsRow, PersonEvent>({
  name: 'people.details',
  version: 2,
  wants: { types: ['PersonalDetailsRecorded', 'PersonErased'] },
  schema: 'people',
  table: 'details',
  keyOf: (event) => event.personId,
  initial: (personId) => ({ personId, recorded: [] }),
  evolve: (row, event) => {
    if (event.type === 'PersonErased') return null;
    if (event.type !== 'PersonalDetailsRecorded') return row;
    const { eventId, occurredAt, data } = event;
    const { details, fields = [] } = data;
    return { ...row, recorded: notSaidAnew([...row.recorded, { eventId, occurredAt, fields, details }]) };
  },
});

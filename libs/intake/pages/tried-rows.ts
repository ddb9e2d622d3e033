import { formatDate, formatDateTime } from '#libs/nhs/civil-date.js';
import { labelOf } from '#libs/platform/templates.js';
import type { Tried } from '../trying/try-message.js';
import type { TriedStay } from '../trying/tried-stay.js';

interface Row {
  readonly key: { readonly text: string };
  readonly value: { readonly text: string };
}

const outcomes: Readonly<Record<Tried['outcome'], string>> = {
  accepted: 'It would be taken',
  duplicate: 'It is known already: nothing would change',
  ignored: 'It is not for us: it would be answered, and change nothing',
  quarantined: 'It could not be taken, and would wait in quarantine',
  rejected: 'It would be rejected, and kept nowhere',
};

const row = (key: string, text: string): Row => ({ key: { text: key }, value: { text } });
const said = (value: string | boolean | null): string =>
  value === null ? 'cleared' : typeof value === 'boolean' ? (value ? 'yes' : 'no') : value;

/** What a trial answers, line by line. */
export const resultRows = ({ outcome, ack, reason, field, flagged, read }: Tried): readonly Row[] => [
  row('Outcome', `${outcomes[outcome]}.`),
  row('Acknowledgement', ack),
  ...(reason === undefined ? [] : [row('Why', field === undefined ? reason : `${reason} (${field})`)]),
  ...(flagged.length === 0 ? [] : [row('Flagged', flagged.join(', '))]),
  ...(read
    ? [
        row('Kind', read.kind),
        row('Hospital', read.hospital ?? 'not named'),
        ...(read.nhsNumber === null ? [] : [row('NHS number', read.nhsNumber)]),
        ...(read.visitAuthority === null ? [] : [row('Whose visit number', read.visitAuthority || 'nobody’s')]),
        ...(read.place === null
          ? []
          : [row('Place', [read.place.ward ?? 'no ward', read.place.room, read.place.bed].filter(Boolean).join(', '))]),
        ...Object.entries(read.times).map(([name, value]) => row(labelOf(name), said(value))),
        ...Object.entries(read.says).map(([name, value]) =>
          row(name === 'meets' ? 'Meets the criteria to reside' : labelOf(name), said(value)),
        ),
      ]
    : []),
];

const shownStay: Readonly<Record<string, (stay: TriedStay) => string | null>> = {
  Status: ({ status }) => status,
  Hospital: ({ hospital }) => hospital,
  Place: ({ ward, room, bed }) => [ward, room, bed].filter(Boolean).join(', '),
  Admitted: ({ admittedAt }) => admittedAt && formatDateTime(admittedAt),
  Discharged: ({ dischargedAt }) => dischargedAt && formatDateTime(dischargedAt),
  Destination: ({ destinationCode }) => destinationCode,
  Method: ({ methodCode }) => methodCode,
  'Expected discharge': ({ expectedDischargeDate }) => expectedDischargeDate && formatDate(expectedDischargeDate),
  'Criteria to reside': ({ criteriaToReside }) => criteriaToReside && (criteriaToReside.meets ? 'met' : 'not met'),
  'Discharge ready date': ({ criteriaToReside }) =>
    criteriaToReside?.readyDate ? formatDate(criteriaToReside.readyDate) : null,
};

/** The stay as it is and as it would be, side by side. */
export const stayRows = ({
  stay,
}: Tried): readonly { readonly name: string; readonly before: string; readonly after: string }[] =>
  stay
    ? Object.entries(shownStay).map(([name, of]) => ({
        name,
        before: (stay.before && of(stay.before)) || '–',
        after: (stay.after && of(stay.after)) || '–',
      }))
    : [];

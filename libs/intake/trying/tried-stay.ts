import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import type { Shape } from '#libs/platform/answers.js';

/** A stay as a trial shows it: no age, sex or borough, and nothing of who it is, referred or not. */
export interface TriedStay {
  readonly status: StayBlock['status'];
  readonly hospital: string | null;
  readonly ward: string | null;
  readonly room: string | null;
  readonly bed: string | null;
  readonly admittedAt: string | null;
  readonly dischargedAt: string | null;
  readonly destinationCode: string | null;
  readonly methodCode: string | null;
  readonly expectedDischargeDate: string | null;
  /** What the feed said last, with the ready date it gave. */
  readonly criteriaToReside: { readonly meets: boolean; readonly readyDate: string | null; readonly at: string } | null;
}

const stayProperties = {
  status: { type: 'string' },
  ...Object.fromEntries(
    [
      'hospital',
      'ward',
      'room',
      'bed',
      'admittedAt',
      'dischargedAt',
      'destinationCode',
      'methodCode',
      'expectedDischargeDate',
    ].map((field) => [field, { type: ['string', 'null'] }]),
  ),
  criteriaToReside: { type: ['object', 'null'] },
};
const triedStay = { $schema: { type: ['object', 'null'], properties: stayProperties } } as const;
/** `before` is null for a stay nobody had heard of. */
export const triedStayShape: Shape = { stayId: 'string', before: triedStay, after: triedStay };

export const triedStayOf = (stay: StayBlock): TriedStay => {
  const place = stay.locations.at(-1);
  const criteria = stay.criteria.at(-1);
  return {
    status: stay.status,
    hospital: stay.hospital,
    ward: place?.ward ?? null,
    room: place?.room ?? null,
    bed: place?.bed ?? null,
    admittedAt: stay.admittedAt,
    dischargedAt: stay.dischargedAt,
    destinationCode: stay.destinationCode,
    methodCode: stay.dischargeMethodCode,
    expectedDischargeDate: stay.expectedDates.at(-1)?.date ?? null,
    criteriaToReside: criteria ? { meets: criteria.meets, readyDate: criteria.readyDate, at: criteria.at } : null,
  };
};

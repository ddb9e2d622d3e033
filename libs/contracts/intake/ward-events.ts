import { Type, type Static, type TSchema } from 'typebox';
import { Nullable } from '../event-contract.js';

const strict = { additionalProperties: false } as const;
const text = (description: string) => Type.String({ minLength: 1, maxLength: 200, description });
const code = (description: string) => Type.String({ minLength: 1, maxLength: 10, description });
const instant = (description: string) => Type.String({ format: 'date-time', description });
const civilDate = (description: string) => Type.String({ format: 'date', description });
/** May be left out, and null is the same as that. */
const optional = <T extends TSchema>(schema: T) => Type.Optional(Nullable(schema));

const ward = text('the ward, as the hospital calls it');
const place = { room: optional(text('the room or bay')), bed: optional(text('the bed')) };

const Person = Type.Object(
  {
    nhsNumber: optional(text('the NHS number, ten digits')),
    localIds: Type.Optional(
      Type.Array(
        Type.Object(
          {
            authority: text('who gave the number, such as the ODS code of the hospital'),
            type: text('what kind of number it is: MR for a hospital number'),
            value: text('the number'),
          },
          strict,
        ),
        { maxItems: 50, description: 'numbers the person is known by' },
      ),
    ),
    familyName: optional(text('the family name; kept only of people who are referred, as are the given names')),
    givenNames: optional(text('the given names')),
    birthDate: optional(civilDate('the birth date; of people who are not referred only the age is kept')),
    sex: optional(text('the sex: F, M, or as the sender has it')),
    postcode: optional(
      text('the postcode of the usual address; of people who are not referred only the borough is kept'),
    ),
  },
  { ...strict, description: 'whom it is about' },
);

/** The data of our own ward events (api.md, "Our own ward events"), by the last part of their type. */
export const wardEventData = {
  admitted: Type.Object(
    {
      person: Person,
      hospital: text('the hospital, by its ODS code'),
      ward,
      ...place,
      admittedAt: instant('when the person was admitted'),
      methodCode: optional(code('admission method, NHS Data Dictionary')),
      sourceCode: optional(code('source of admission, NHS Data Dictionary')),
      specialty: optional(text('treatment function or specialty')),
    },
    strict,
  ),
  moved: Type.Object({ ward, ...place, at: instant('when the person came there') }, strict),
  discharged: Type.Object(
    {
      dischargedAt: instant('when the person left'),
      destinationCode: code('discharge destination, NHS Data Dictionary; two digits'),
      methodCode: code('discharge method, NHS Data Dictionary; one digit'),
    },
    strict,
  ),
  'criteria-to-reside': Type.Object(
    {
      meets: Type.Boolean({ description: 'whether the person meets the criteria to reside' }),
      codes: Type.Optional(Type.Array(code('a criterion that is met'), { maxItems: 20, description: 'the criteria' })),
      readyDate: optional(civilDate('discharge ready date: since when the criteria are not met')),
      assessedAt: instant('when it was assessed'),
      assessor: optional(text('by whom: a role')),
    },
    strict,
  ),
  'expected-discharge-date': Type.Object(
    { date: Type.Union([civilDate('the date'), Type.Null()], { description: 'the expected date; null clears it' }) },
    strict,
  ),
  'left-on-leave': Type.Object({ at: instant('when the person left on leave') }, strict),
  returned: Type.Object({ at: instant('when the person came back') }, strict),
  cancelled: Type.Object(
    {
      what: Type.Union([Type.Literal('admission'), Type.Literal('discharge'), Type.Literal('move')], {
        description: 'what never was',
      }),
    },
    strict,
  ),
} as const;

export type WardEventName = keyof typeof wardEventData;
export type WardEvent = {
  [N in WardEventName]: { readonly name: N; readonly data: Static<(typeof wardEventData)[N]> };
}[WardEventName];
export type WardPerson = Static<typeof Person>;

/** What each says, one plain sentence. */
export const wardEventSays: { readonly [N in WardEventName]: string } = {
  admitted: 'A person was admitted.',
  moved: 'The person moved to another place.',
  discharged: 'The person was discharged.',
  'criteria-to-reside': 'Whether the person meets the criteria to reside.',
  'expected-discharge-date': 'The date the person is expected to leave; null clears it.',
  'left-on-leave': 'The person left on leave of absence.',
  returned: 'The person came back from leave.',
  cancelled: 'An admission, a discharge or a move is taken back.',
};

/** One of each, as a ward may send it. */
export const wardEventExamples: { readonly [N in WardEventName]: Static<(typeof wardEventData)[N]> } = {
  admitted: {
    person: {
      nhsNumber: '9990000018',
      localIds: [{ authority: 'RAL', type: 'MR', value: '1000018' }],
      familyName: 'TESTPATIENT',
      givenNames: 'ADA',
      birthDate: '1940-02-15',
      sex: 'F',
      postcode: 'N12 0AA',
    },
    hospital: 'RAL',
    ward: 'LARCH',
    room: '1',
    bed: 'A',
    admittedAt: '2026-11-01T10:00:00.000Z',
    methodCode: '21',
    sourceCode: '19',
    specialty: '300',
  },
  moved: { ward: 'OAK', room: '2', bed: 'B', at: '2026-11-02T11:00:00.000Z' },
  discharged: { dischargedAt: '2026-11-09T15:00:00.000Z', destinationCode: '19', methodCode: '1' },
  'criteria-to-reside': {
    meets: false,
    codes: ['R2'],
    readyDate: '2026-11-05',
    assessedAt: '2026-11-05T09:30:00.000Z',
    assessor: 'ward round',
  },
  'expected-discharge-date': { date: '2026-11-09' },
  'left-on-leave': { at: '2026-11-07T10:00:00.000Z' },
  returned: { at: '2026-11-08T18:00:00.000Z' },
  cancelled: { what: 'discharge' },
};

export const wardEventType = (name: WardEventName): string => `homeward.ward.${name}.v1`;

/** CloudEvents 1.0, as far as it is read here; extensions may stand beside. */
export const CloudEvent = Type.Object({
  specversion: Type.Literal('1.0', { description: 'the version of CloudEvents' }),
  id: text('with the source: the same id is the same event'),
  source: text('the feed: who sends'),
  type: text('one of our ward events; any other is ignored'),
  subject: Type.Optional(text('the visit number; with the source it names the stay')),
  time: Type.Optional(instant('when it was true; may be left out where the data says so')),
  recordedtime: Type.Optional(instant('when the sender recorded it; else the same as time')),
  datacontenttype: Type.Optional(Type.String({ description: 'JSON' })),
  data: Type.Optional(Type.Unknown()),
});
export type CloudEvent = Static<typeof CloudEvent>;

/** The data of these does not say when it was true, so the event must. */
export const wardEventsThatNeedTime: readonly WardEventName[] = ['expected-discharge-date', 'cancelled'];

const { specversion, id, source, time, recordedtime, datacontenttype } = CloudEvent.properties;

/** A whole event of one type in structured mode, as the reader takes it: what `CloudEvent` asks, a subject, and the data of its type. */
export const wholeWardEvent = (name: WardEventName) => ({
  type: 'object',
  description: wardEventSays[name],
  required: [
    ...['specversion', 'id', 'source', 'type', 'subject', 'data'],
    ...(wardEventsThatNeedTime.includes(name) ? ['time'] : []),
  ],
  properties: {
    ...{ specversion, id, source },
    type: { const: wardEventType(name) },
    subject: CloudEvent.properties.subject,
    ...{ time, recordedtime, datacontenttype },
    data: wardEventData[name],
  },
});

/** One whole event of each type, as a ward may send it. */
export const wholeWardEventExample = (name: WardEventName) => ({
  specversion: '1.0',
  id: `RAL-${name}-17`,
  source: 'RAL',
  type: wardEventType(name),
  subject: 'V1000018',
  time: '2026-11-23T08:30:00Z',
  recordedtime: '2026-11-23T08:31:10Z',
  datacontenttype: 'application/json',
  data: wardEventExamples[name],
});

export const wardEventNames = Object.keys(wardEventData) as readonly WardEventName[];

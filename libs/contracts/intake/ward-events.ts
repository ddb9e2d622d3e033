import { Type, type Static, type TSchema } from 'typebox';
import { CivilDate, Instant, Nullable } from '../event-contract.js';

const strict = { additionalProperties: false } as const;
const Text = Type.String({ minLength: 1, maxLength: 200 });
const Optional = <T extends TSchema>(schema: T) => Type.Optional(Nullable(schema));
const Code = Type.String({ minLength: 1, maxLength: 10 });
const Place = { room: Optional(Text), bed: Optional(Text) };

export const Person = Type.Object(
  {
    nhsNumber: Optional(Text),
    localIds: Type.Optional(
      Type.Array(Type.Object({ authority: Text, type: Text, value: Text }, strict), { maxItems: 50 }),
    ),
    familyName: Optional(Text),
    givenNames: Optional(Text),
    birthDate: Optional(CivilDate),
    sex: Optional(Text),
    postcode: Optional(Text),
  },
  strict,
);

/** The data of our own ward events (api.md, "Our own ward events"), by the last part of their type. */
export const wardEventData = {
  admitted: Type.Object(
    {
      person: Person,
      hospital: Text,
      ward: Text,
      ...Place,
      admittedAt: Instant,
      methodCode: Optional(Code),
      sourceCode: Optional(Code),
      specialty: Optional(Text),
    },
    strict,
  ),
  moved: Type.Object({ ward: Text, ...Place, at: Instant }, strict),
  discharged: Type.Object({ dischargedAt: Instant, destinationCode: Code, methodCode: Code }, strict),
  'criteria-to-reside': Type.Object(
    {
      meets: Type.Boolean(),
      codes: Type.Optional(Type.Array(Code, { maxItems: 20 })),
      readyDate: Optional(CivilDate),
      assessedAt: Instant,
      assessor: Optional(Text),
    },
    strict,
  ),
  'expected-discharge-date': Type.Object({ date: Nullable(CivilDate) }, strict),
  'left-on-leave': Type.Object({ at: Instant }, strict),
  returned: Type.Object({ at: Instant }, strict),
  cancelled: Type.Object(
    { what: Type.Union([Type.Literal('admission'), Type.Literal('discharge'), Type.Literal('move')]) },
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
  specversion: Type.Literal('1.0'),
  id: Text,
  source: Text,
  type: Text,
  subject: Type.Optional(Text),
  time: Type.Optional(Instant),
  recordedtime: Type.Optional(Instant),
  datacontenttype: Type.Optional(Type.String()),
  data: Type.Optional(Type.Unknown()),
});
export type CloudEvent = Static<typeof CloudEvent>;

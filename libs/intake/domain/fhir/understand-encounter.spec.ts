import { encounter, fhirContext, heard, patient, wardNumber, type Json, type Told } from '../../testing/fhir.js';
import { factOf, understood as understoodHl7 } from '../../testing/adt.js';
import { extensions, systems } from './urls.js';

const of = (told: Told = {}) => heard(encounter(told)).understood;
const stay = (told: Told = {}) => {
  const understood = of(told);
  if (understood.kind !== 'stay') throw new Error(JSON.stringify(heard(encounter(told)).issues));
  return understood;
};
const faults = (told: Told) => heard(encounter(told)).issues.map(({ code, path }) => [code, path]);
const ods = (code: string): Json => ({ identifier: { system: systems.odsOrganisation, value: code } });

describe('An Encounter is one stay with the HL7 messages of the same visit', () => {
  const hl7 = understoodHl7({ event: 'A01', place: 'LARCH^1^A^RAL', visit: 'S0001^^^RAL' });
  const visit = hl7.kind === 'stay' ? hl7.visit : undefined;

  test('by its visit number and the ODS code of the assigner', () => {
    expect(stay().visit).toEqual(visit);
  });
  test('by the service provider where the number has no assigner', () => {
    const identifier = [{ type: { coding: [{ system: systems.identifierType, code: 'VN' }] }, value: ' S0001 ' }];
    expect(stay({ more: { identifier } }).visit).toEqual(visit);
  });
  test('by what the mapping of the feed says of its system, before anything else', () => {
    const system = 'https://ral.example/spell';
    const mapping = { fhir: { systems: [{ system, authority: 'RAL', type: 'VN' }], sites: [] } };
    const context = { ...fhirContext, mappings: new Map([['https://pas.example', mapping]]) };
    const told = {
      source: 'https://pas.example#req-7',
      more: { identifier: [{ system, value: 'S0001' }], serviceProvider: ods('RRV') },
    };
    const { understood } = heard(encounter(told), [], context);
    expect(understood).toMatchObject({ kind: 'stay', visit, envelope: { feed: 'https://pas.example' } });
  });
  test('and its hospital has the name that HL7 gives it, where the mapping says so', () => {
    const mapping = { fhir: { systems: [], sites: [{ site: 'RAL01', hospital: 'RAL' }] } };
    const context = { ...fhirContext, mappings: new Map([['feed-account', mapping]]) };
    const { understood } = heard(encounter({ more: { serviceProvider: ods('RAL01') } }), [], context);
    expect(understood).toMatchObject({ envelope: { hospital: 'RAL' }, news: { sender: 'RAL' } });
  });
  test('and its hospital is named by an Organization that came along, or by one of the national directory', () => {
    const organization = (id: string, more: Json) => ({
      value: { resourceType: 'Organization', id, ...more },
      path: 'Organization',
      entry: 1,
    });
    const known = organization('o1', { identifier: [{ system: systems.odsOrganisation, value: 'RRV' }] });
    const hospital = (reference: string, others = [known]) => {
      const { understood } = heard(encounter({ at: [], more: { serviceProvider: { reference } } }), others);
      return 'envelope' in understood ? understood.envelope.hospital : undefined;
    };
    expect(hospital('Organization/o1')).toBe('RRV');
    expect(hospital('https://directory.example/Organization/RAL')).toBe('RAL');
    expect(hospital('Organization/RAL01')).toBe('RAL01');
    expect(hospital('Organization/org-12')).toBeNull();
    expect(hospital('Organization/RAL', [organization('RAL', {})])).toBeNull();
  });
  test('is refused without a visit number, with two, or with one of nobody', () => {
    expect(faults({ more: { identifier: [] } })).toEqual([['required', 'Encounter.identifier']]);
    expect(faults({ more: { identifier: [wardNumber('1', 'VN'), wardNumber('2', 'VN')] } })).toEqual([
      ['conflict', 'Encounter.identifier'],
    ]);
    const identifier = [{ type: { coding: [{ code: 'VN' }] }, value: '1' }];
    expect(faults({ at: [], more: { identifier, serviceProvider: {} } })).toEqual([
      ['required', 'Encounter.identifier'],
      ['required', 'Encounter.serviceProvider'],
    ]);
  });
});

describe('The person of an Encounter', () => {
  const hl7 = understoodHl7({ event: 'A01', place: 'LARCH^1^A^RAL' });

  test('is found by the same identifiers, with the same details, as by HL7', () => {
    const { identity, details } = stay();
    expect(hl7).toMatchObject({ identity, details });
    const { age, sex, homeAuthority } = stay().news;
    expect(factOf({ event: 'A01', place: 'LARCH^1^A^RAL' })).toMatchObject({ age, sex, homeAuthority });
  });
  test.each([
    ['01', 'verified', 2],
    ['02', 'unverified', 1],
  ])('has a number of status %s that is %s', (code, number, count) => {
    const [nhs, local] = patient()['identifier'] as Json[];
    const extension = [{ url: extensions.nhsNumberStatus, valueCodeableConcept: { coding: [{ code }] } }];
    const { identity } = stay({ patient: patient({ identifier: [{ ...nhs, extension }, local] }) });
    expect([identity.number, identity.identifiers.length]).toEqual([number, count]);
  });
  test('a number of another trust is not taken for one of this hospital', () => {
    const mrn = {
      type: { coding: [{ system: systems.identifierType, code: 'MR' }] },
      system: 'https://other.example/mrn',
      value: 'B123456',
    };
    expect(stay({ patient: patient({ identifier: [mrn] }) }).identity.identifiers).toEqual([
      { kind: 'local', authority: 'https://other.example/mrn', type: 'MR', value: 'B123456' },
    ]);
  });
  test('two NHS numbers, a test number in production and test data are refused', () => {
    const two = ['9990000018', '9990000026'].map((value) => ({ system: systems.nhsNumber, value }));
    expect(faults({ patient: patient({ identifier: two }) })).toEqual([
      ['conflict', 'Encounter.contained[0].identifier'],
    ]);
    const live = { ...fhirContext, production: true };
    expect(heard(encounter(), [], live).issues).toMatchObject([
      { code: 'business-rule', path: 'Encounter.contained[0].identifier' },
    ]);
    const tag = [{ system: systems.actReason, code: 'HTEST' }];
    const tagged = encounter({ more: { meta: { lastUpdated: '2026-11-03T09:05:00Z', tag } } });
    expect(heard(tagged, [], live).understood.kind).toBe('rejected');
    expect(heard(tagged).understood.kind).toBe('stay');
  });
  test('died, or did not after all', () => {
    const death = (more: Json) => {
      const { dead, deathAt } = stay({ patient: patient(more) }).news;
      return [dead, deathAt];
    };
    const notification = (code: string): Json => ({
      extension: [
        {
          url: extensions.deathNotification,
          extension: [{ url: 'deathNotificationStatus', valueCodeableConcept: { coding: [{ code }] } }],
        },
      ],
    });
    expect(death({})).toEqual([undefined, undefined]);
    expect(death({ deceasedBoolean: true })).toEqual([true, undefined]);
    expect(death({ deceasedBoolean: false })).toEqual([false, undefined]);
    expect(death({ deceasedDateTime: '2026-11-03T10:00:00+00:00' })).toEqual([true, '2026-11-03T10:00:00.000Z']);
    expect(death({ deceasedDateTime: '2026' })).toEqual([true, undefined]);
    expect(death({ deceasedDateTime: '2026-11-03', ...notification('1') })).toEqual([true, '2026-11-03T00:00:00.000Z']);
    expect(death({ deceasedBoolean: true, ...notification('U') })).toEqual([false, undefined]);
  });
  test('is known by the visit alone when nothing of them came along', () => {
    const { understood, issues } = heard(encounter({ more: { subject: { reference: 'Patient/77' } } }));
    expect(understood).toMatchObject({ kind: 'stay', identity: { identifiers: [], number: 'none' } });
    expect(issues).toMatchObject([{ severity: 'warning', path: 'Encounter.subject' }]);
    const subject = { identifier: { system: systems.nhsNumber, value: '9990000018' } };
    expect(stay({ more: { subject } }).identity).toMatchObject({ number: 'verified' });
  });
  test('with a birth after the admission is refused; a year alone is no birth date', () => {
    expect(faults({ patient: patient({ birthDate: '2026-11-04' }) })).toEqual([
      ['value', 'Encounter.contained[0].birthDate'],
    ]);
    expect(stay({ patient: patient({ birthDate: '1940' }) }).details.birthDate).toBeUndefined();
  });
});

describe('What an Encounter is', () => {
  test.each([
    ['in-progress', 'in'],
    ['onleave', 'on-leave'],
    ['finished', 'left'],
    ['cancelled', 'void'],
    ['entered-in-error', 'void'],
  ])('%s is a stay in the state %s', (status, state) => {
    expect(stay({ status, end: '2026-11-03T15:00:00Z' }).news.snapshot).toMatchObject({ state });
  });
  test.each(['planned', 'arrived', 'triaged', 'unknown'])('%s is not for us, whatever else is wrong', (status) => {
    expect(of({ status, more: { identifier: [] } })).toMatchObject({
      kind: 'ignored',
      reason: expect.any(String) as string,
    });
  });
  test.each(['AMB', 'EMER', 'VR', 'HH', 'PRENC', 'OBSENC', 'SS', 'ACUTE'])('class %s opens no stay', (code) => {
    expect(of({ class: code })).toMatchObject({ kind: 'ignored', reason: `Class ${code}: not an inpatient (IMP).` });
  });
  test('a status that does not exist and a class that is missing are refused', () => {
    expect(faults({ status: 'gone' })).toEqual([['code-invalid', 'Encounter.status']]);
    expect(faults({ more: { class: {} } })).toEqual([['required', 'Encounter.class']]);
  });
  test('an inpatient encounter needs its times, the finished one its end too', () => {
    expect(faults({ more: { period: {} } })).toEqual([['required', 'Encounter.period.start']]);
    expect(faults({ status: 'finished' })).toEqual([['required', 'Encounter.period.end']]);
    expect(faults({ status: 'finished', end: '2026-11-02T09:00:00Z' })).toEqual([['value', 'Encounter.period']]);
    expect(faults({ start: '2026-11-03T09:00:00' })).toEqual([['value', 'Encounter.period.start']]);
    expect(faults({ start: '2026-11' })).toEqual([['value', 'Encounter.period.start']]);
    expect(stay({ start: '2026-11-03', at: [] }).news).toMatchObject({
      flags: ['time-of-day-missing'],
      snapshot: { admittedAt: '2026-11-03T00:00:00.000Z' },
    });
  });
  test('a stay that never was is taken back without its times and places', () => {
    expect(
      of({
        status: 'entered-in-error',
        at: [],
        more: { period: {}, location: [{ location: { reference: 'Location/1' } }] },
      }).kind,
    ).toBe('stay');
  });
});

describe('When an Encounter was recorded', () => {
  const withTimestamp = (told: Told, timestamp: string) => {
    const value = encounter(told);
    return heard(value, [], fhirContext, { timestamp });
  };
  test('is its lastUpdated, else the time of the bundle', () => {
    expect(stay().news.recorded).toBe('2026-11-03T09:05:00.000Z');
    expect(withTimestamp({ recorded: null }, '2026-11-03T10:00:00+00:00').understood).toMatchObject({
      news: { recorded: '2026-11-03T10:00:00.000Z' },
    });
    expect(withTimestamp({}, '2026-11-03T10:00:00+00:00').understood).toMatchObject({
      news: { recorded: '2026-11-03T09:05:00.000Z' },
    });
  });
  test('is never when it came', () => {
    const { understood, issues } = heard(encounter({ recorded: null }));
    expect(understood.kind).toBe('refused');
    expect(issues).toMatchObject([{ code: 'required', path: 'Encounter.meta.lastUpdated' }]);
    expect(faults({ recorded: '2026-11-03' })).toEqual([['value', 'Encounter.meta.lastUpdated']]);
  });
});

describe('The same Encounter', () => {
  const named = (told: Told) => {
    const { envelope } = stay(told);
    return [envelope.feed, envelope.controlId, envelope.content];
  };
  test('is known again, and another version is another', () => {
    expect(named({})).toEqual(named({}));
    expect(named({ version: '2' })[1]).not.toBe(named({ version: '1' })[1]);
    expect(named({ source: 'https://pas.example' })[0]).toBe('https://pas.example');
  });
  test('is the same whatever stands in it that is not read', () => {
    const text = { status: 'generated', div: '<div>TESTPATIENT</div>' };
    const photo = [{ data: 'A'.repeat(1000) }];
    const extension = [{ url: 'https://vendor.example/shoe-size', valueString: 'x'.repeat(5000) }];
    expect(named({ patient: patient({ photo, text }), more: { text } })).toEqual(named({}));
    expect(stay({ more: { extension } }).envelope.content).not.toContain('vendor');
  });
  test('has a name in which nothing of the hospital stands', () => {
    const { envelope } = stay({ id: 'S0001', visit: 'S0001', version: '7' });
    expect(envelope.controlId).toMatch(/^fhir-[0-9a-f]{32}$/);
  });
});

describe('Codes and readiness', () => {
  test('of the admission and the discharge are read from their extensions and elements', () => {
    const told = {
      status: 'finished',
      end: '2026-11-03T15:00:00Z',
      destination: '56',
      dischargeMethod: '1',
      admissionMethod: '2A',
      admitSource: '19',
    };
    expect(stay(told).news).toMatchObject({
      destinationCode: '56',
      dischargeMethodCode: '1',
      admissionMethodCode: '2A',
      sourceCode: '19',
    });
    expect(stay({ ...told, status: 'in-progress' }).news.destinationCode).toBeUndefined();
  });
  test('a code that is not in its list is refused; one of another kind of list says nothing', () => {
    const left = { status: 'finished', end: '2026-11-03T15:00:00Z' };
    expect(faults({ ...left, destination: '20', dischargeMethod: '2' })).toEqual([
      ['code-invalid', 'Encounter.hospitalization.dischargeDisposition'],
      ['code-invalid', 'Encounter.extension[0].value'],
    ]);
    const hl7s = {
      dischargeDisposition: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/discharge-disposition', code: 'home' }],
      },
    };
    expect(stay({ ...left, more: { hospitalization: hl7s } }).news.destinationCode).toBeUndefined();
  });
  test('Interweave says ready for what is not meeting the criteria, and a predicted date', () => {
    const safe = (status: string, more: readonly Json[] = []): Told => ({
      more: {
        hospitalization: {
          extension: [{ url: extensions.medicallySafe, extension: [{ url: 'status', valueCode: status }, ...more] }],
        },
      },
    });
    const predicted = { url: 'predictedDate', valueDateTime: '2026-11-06T10:00:00Z' };
    const actual = { url: 'actualDate', valueDateTime: '2026-11-02' };
    expect(stay(safe('ready', [predicted, actual])).news.snapshot).toMatchObject({
      criteria: { meets: false, readyDate: '2026-11-02' },
      expectedDate: '2026-11-06',
    });
    expect(stay(safe('notready')).news.snapshot).toMatchObject({ criteria: { meets: true } });
    expect(stay(safe('unknown')).news.snapshot).not.toHaveProperty('criteria');
    expect(faults(safe('perhaps'))).toEqual([['code-invalid', 'Encounter.hospitalization.extension[0].extension[0]']]);
  });
  test('our own extension must say whether, and when it was assessed', () => {
    expect(faults({ criteria: { codes: ['R2'] } })).toEqual([
      ['required', 'Encounter.hospitalization.extension[0]'],
      ['required', 'Encounter.hospitalization.extension[0]'],
    ]);
    expect(faults({ criteria: { meets: true, assessedAt: '2026-11-03T09:00:00Z', codes: 'x'.repeat(11) } })).toEqual([
      ['value', 'Encounter.hospitalization.extension[0].extension[2]'],
    ]);
  });
});

import fc from 'fast-check';
import { criteriaExtension, encounter, fhirContext, heard, patient, type Json } from '../../testing/fhir.js';
import { openBundle } from './bundle.js';
import { extensions } from './urls.js';
import { understandEncounter } from './understand-encounter.js';
import { understandPatient } from './understand-patient.js';

/** An Encounter in which everything is said that is read. */
const full = (): Json =>
  encounter({
    status: 'finished',
    end: '2026-11-03T15:00:00Z',
    version: '1',
    source: 'https://pas.example',
    history: [{ status: 'onleave', from: '2026-11-03T12:00:00Z', to: '2026-11-03T13:00:00Z' }],
    destination: '19',
    dischargeMethod: '1',
    admissionMethod: '21',
    admitSource: '19',
    expected: '2026-11-05',
    criteria: {
      meets: false,
      codes: ['R2'],
      dischargeReadyDate: '2026-11-03',
      assessedAt: '2026-11-03T11:00:00Z',
      assessor: 'ward round',
    },
    patient: patient({
      deceasedDateTime: '2026-11-03',
      communication: [{ language: { coding: [{ code: 'en' }] }, preferred: true }],
    }),
    more: { serviceType: { coding: [{ system: 'x', code: 'y' }] } },
  });

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** The value with what stands at each of its places replaced, one place at a time. */
function* replaced(value: unknown, by: unknown): Generator<unknown> {
  yield by;
  if (Array.isArray(value))
    for (const [at, one] of value.entries()) for (const other of replaced(one, by)) yield value.with(at, other);
  else if (isObject(value))
    for (const [name, one] of Object.entries(value))
      for (const other of replaced(one, by)) yield { ...value, [name]: other };
}

const strange: readonly (readonly [string, unknown])[] = [
  ['null', null],
  ['a number', 7],
  ['true', true],
  ['a text', 'Quibblethorpe'],
  ['an empty text', ''],
  ['a long text', 'Quibblethorpe'.repeat(1000)],
  ['an empty list', []],
  ['a list of nulls', [null, null]],
  ['a list of lists', [[['Quibblethorpe']]]],
  ['an empty object', {}],
  ['an object of another kind', { reference: '#p', coding: [{}], start: [], Quibblethorpe: {} }],
  [
    'keys that reach for the prototype',
    JSON.parse('{"__proto__":{"status":"finished"},"constructor":{"prototype":{"x":1}}}'),
  ],
];

describe('Whatever stands in place of whatever', () => {
  test.each(strange)('%s: it is taken or refused, and nothing of it is said back', (_, by) => {
    let refused = 0;
    for (const value of replaced(full(), by)) {
      const { understood, issues } = heard(value);
      const said = JSON.stringify([
        issues,
        understood.kind === 'refused' ? understood.fault : 'reason' in understood ? understood.reason : '',
      ]);
      expect(said).not.toMatch(/Quibblethorpe|TESTPATIENT|9990000018/);
      if (understood.kind === 'stay') expect(issues.some(({ severity }) => severity === 'error')).toBe(false);
      else {
        refused += 1;
        expect(understood.kind === 'ignored' || issues.some(({ severity }) => severity === 'error')).toBe(true);
      }
    }
    expect(refused).toBeGreaterThan(10);
  });

  test('nothing reaches the prototype of anything', () => {
    const value: unknown = JSON.parse(
      '{"resourceType":"Encounter","__proto__":{"status":"finished"},"status":"constructor","class":{"code":"toString"}}',
    );
    expect(heard(value).understood.kind).toBe('ignored');
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('status');
  });

  test('any JSON at all, as a resource or as a bundle, is answered', () => {
    const json = fc.jsonValue({ maxDepth: 6 });
    const resource = fc.record(
      {
        resourceType: fc.constantFrom('Encounter', 'Patient', 'Location', 'Bundle', 'X'),
        status: json,
        entry: json,
        type: json,
        extension: json,
        location: json,
        identifier: json,
        contained: json,
        subject: json,
      },
      { requiredKeys: ['resourceType'] },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          json,
          resource,
          fc.record({
            resourceType: fc.constant('Bundle'),
            type: fc.constantFrom('batch', 'message', 'transaction'),
            entry: fc.array(
              fc.record(
                { resource, fullUrl: fc.string(), request: fc.record({ method: fc.string(), url: fc.string() }) },
                { requiredKeys: ['resource'] },
              ),
            ),
          }),
        ),
        (value) => {
          heard(value);
          understandPatient({ value, path: 'Patient', nth: 0, lookUp: () => undefined, delivery: {} }, fhirContext);
          const opened = openBundle(value);
          if (opened.ok)
            for (const entry of opened.bundled.entries)
              if (entry.kind === 'encounter') understandEncounter(entry.statement, fhirContext);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('Too much of anything', () => {
  const issue = (more: Json): unknown => heard({ ...full(), ...more }).issues[0];
  test('is refused by its number, at once', () => {
    const many = <T>(one: T, n: number): T[] => Array.from({ length: n }, () => one);
    const place = { location: { display: 'X' }, period: { start: '2026-11-03T09:00:00Z' } };
    expect(issue({ location: many(place, 100_000) })).toMatchObject({
      code: 'structure',
      text: 'Encounter.location has more than 500 entries.',
    });
    expect(issue({ identifier: many({}, 51) })).toMatchObject({ path: 'Encounter.identifier' });
    expect(issue({ extension: many({ url: 'https://x.example' }, 501) })).toMatchObject({
      path: 'Encounter.extension',
    });
    const bundle = { resourceType: 'Bundle', type: 'batch', entry: many({ resource: {} }, 5001) };
    expect(openBundle(bundle)).toMatchObject({ ok: false, issue: { path: 'Bundle.entry' } });
  });
  test('within bounds takes no time', () => {
    const day = (n: number): string => new Date(Date.parse('2026-11-03T09:00:00Z') + n * 60_000).toISOString();
    const location = Array.from({ length: 500 }, (_, n) => ({
      location: { display: `W${String(n)}` },
      period: { start: day(n), end: day(1000 - n) },
    }));
    const { understood } = heard({ ...full(), status: 'in-progress', location });
    expect(understood.kind === 'stay' && understood.news.snapshot?.places?.length).toBe(999);
  });
  test('codes and unknown extensions are let be', () => {
    const extension = [
      ...Array.from({ length: 100 }, () => ({ url: 'https://vendor.example/x', valueString: 'y'.repeat(900) })),
      criteriaExtension({ meets: true, assessedAt: 'yesterday' }),
    ];
    const { issues } = heard({ ...full(), hospitalization: { extension } });
    expect(issues).toMatchObject([{ path: 'Encounter.hospitalization.extension[100].extension[1].value' }]);
    expect(JSON.stringify(Object.values(extensions))).not.toContain('vendor');
  });
});

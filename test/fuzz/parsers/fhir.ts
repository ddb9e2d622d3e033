import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBundle, type Bundled } from '#libs/intake/domain/fhir/bundle.js';
import type { Heard, Statement } from '#libs/intake/domain/fhir/statement.js';
import { understandEncounter } from '#libs/intake/domain/fhir/understand-encounter.js';
import { understandPatient } from '#libs/intake/domain/fhir/understand-patient.js';
import { letterOf, readLetter, type Told } from '#libs/intake/fhir/letter.js';
import { encounter, fhirContext, patient } from '#libs/intake/testing/fhir.js';
import { libsFolder } from '#libs/platform/root.js';
import { textFault } from '#libs/platform/text-faults.js';
import { Fault, type Outcome } from '../judge.js';
import { jsonOf } from './json-bytes.js';
import type { FuzzedParser } from './parser.js';

const full = encounter({
  status: 'finished',
  end: '2026-11-03T15:00:00Z',
  version: '1',
  source: 'https://pas.example',
  at: [
    { place: 'LARCH/1/A', from: '2026-11-03T09:00:00Z', to: '2026-11-03T11:00:00Z' },
    { place: 'OAK/2/B', from: '2026-11-03T11:00:00Z', status: 'active' },
  ],
  history: [{ status: 'onleave', from: '2026-11-03T12:00:00Z', to: '2026-11-03T13:00:00Z' }],
  destination: '19',
  dischargeMethod: '1',
  admissionMethod: '21',
  admitSource: '19',
  expected: '2026-11-05',
  criteria: { meets: false, codes: ['R2'], dischargeReadyDate: '2026-11-03', assessedAt: '2026-11-03T11:00:00Z' },
  patient: patient({ deceasedDateTime: '2026-11-03' }),
});

const unreadable: Outcome = { kind: 'no JSON', said: [], understood: [] };

const outcomeOf = (kind: string, heard: readonly Heard[]): Outcome => ({
  kind: heard.at(-1)?.understood.kind ?? kind,
  said: heard.flatMap(({ issues, understood }) => [
    ...issues.flatMap(({ path, text }) => [path, text]),
    ...('reason' in understood ? [understood.reason] : []),
    ...(understood.kind === 'refused' ? [understood.fault.field, understood.fault.reason] : []),
  ]),
  understood: heard.map(({ understood }) => understood),
});

const readBundle = (value: unknown): Outcome => {
  const opened = openBundle(value);
  if (!opened.ok) return { kind: 'no bundle', said: [opened.issue.path, opened.issue.text], understood: [] };
  const told = opened.bundled.entries.slice(0, 50).flatMap((entry): Told[] => {
    if (entry.kind === 'encounter')
      return [{ raw: entry.raw, heard: understandEncounter(entry.statement, fhirContext) }];
    if (entry.kind === 'patient') return [{ raw: entry.raw, heard: understandPatient(entry.statement, fhirContext) }];
    return [];
  });
  canBeRetried(told, opened.bundled);
  const refused = opened.bundled.entries.flatMap((entry) =>
    entry.kind === 'refused' ? [entry.issue.text] : entry.kind === 'beside' ? [entry.reason] : [],
  );
  const outcome = outcomeOf(
    'bundle',
    told.map(({ heard }) => heard),
  );
  return { ...outcome, said: [...outcome.said, ...refused] };
};

/** What waits in quarantine can be opened again. */
const canBeRetried = (told: readonly Told[], bundled: Bundled | undefined): void => {
  if (!told.some(({ heard }) => heard.understood.kind === 'refused')) return;
  const { bundle } = readLetter(Buffer.from(JSON.stringify(letterOf('feed', told, bundled))));
  if (!openBundle(bundle).ok) throw new Fault('what waits in quarantine could not be opened again');
};

const readAlone = (value: unknown): Outcome => {
  const statement: Statement = { value, path: 'Encounter', nth: 0, lookUp: () => undefined, delivery: {} };
  const heard = understandEncounter(statement, fhirContext);
  canBeRetried([{ raw: statement, heard }], undefined);
  return outcomeOf('', [heard, understandPatient({ ...statement, path: 'Patient' }, fhirContext)]);
};

export const fhir: FuzzedParser = {
  corpus: () => {
    const folder = join(libsFolder, 'intake/fhir/examples');
    const examples = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
    const own = [full, encounter(), encounter({ status: 'cancelled' }), encounter({ status: 'onleave' }), patient()];
    const batch = {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [full, patient()].map((resource) => ({
        resource,
        request: { method: 'POST', url: String(resource['resourceType']) },
      })),
    };
    return [...examples, ...[...own, batch].map((value) => Buffer.from(JSON.stringify(value)))];
  },
  read: (bytes) => {
    const read = jsonOf(bytes);
    if (!read) return unreadable;
    const { value } = read;
    // As the service does before anything looks at a body. Its path is made of the names of fields, and of nothing that stands in them.
    const fault = textFault(value, '');
    if (fault) return { kind: 'no text', said: [fault.message], understood: [] };
    return typeof value === 'object' && value !== null && Reflect.get(value, 'resourceType') === 'Bundle'
      ? readBundle(value)
      : readAlone(value);
  },
};

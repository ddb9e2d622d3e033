import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '#libs/platform/root.js';
import type { ApiAnswer } from '../../../test/support/api-client.js';
import { extensions, takenExtension } from '../domain/fhir/urls.js';
import { errorsOf, fhirType, howOf, issuesOf, listIn, post } from '../testing/fhir-ward.js';
import { startWard, type Ward } from '../testing/ward.js';
import { definitions } from './definitions.js';

let here: Ward;
beforeAll(async () => {
  here = await startWard();
}, 60_000);
afterAll(() => here.app.stop());

const examplesFolder = join(projectRoot, 'libs', 'intake', 'fhir', 'examples');

describe('GET /fhir/R4/metadata', () => {
  test('tells everybody what is offered: what the routes and the schemas say', async () => {
    const { status, json } = await (await here.app.api()).get('/fhir/R4/metadata');
    expect([status, json['resourceType'], json['fhirVersion'], json['kind']]).toEqual([
      200,
      'CapabilityStatement',
      '4.0.1',
      'instance',
    ]);
    const [rest] = listIn(json, 'rest');
    expect(listIn(rest, 'interaction')).toEqual([{ code: 'transaction' }, { code: 'batch' }]);
    const resources = new Map(listIn(rest, 'resource').map((resource) => [resource['type'], resource]));
    expect([...resources.keys()]).toEqual(['Encounter', 'Patient', 'Location', 'Organization', 'StructureDefinition']);
    expect(resources.get('Encounter')).toMatchObject({
      interaction: [{ code: 'update' }],
      operation: [{ name: 'validate' }],
      documentation: expect.stringMatching(/identifier, status, statusHistory, class/) as string,
    });
    expect(resources.get('Patient')).not.toHaveProperty('interaction');
    expect(listIn(json, 'messaging')).toHaveLength(1);
  });
});

describe('Our extensions', () => {
  test('are published under the addresses they are read by', async () => {
    const open = await here.app.api();
    for (const url of [extensions.criteriaToReside, extensions.expectedDischargeDate, takenExtension]) {
      const id = url.split('/').at(-1) ?? '';
      const { status, json } = await open.get(`/fhir/R4/StructureDefinition/${id}`);
      expect([status, json['url'], json['type'], json['derivation']]).toEqual([200, url, 'Extension', 'constraint']);
      expect(json).toEqual(definitions.get(id));
    }
    const elements = listIn(definitions.get('criteria-to-reside')?.differential, 'element');
    expect(elements.flatMap(({ sliceName }) => sliceName ?? [])).toEqual([
      'meets',
      'codes',
      'dischargeReadyDate',
      'assessedAt',
      'assessor',
    ]);
  });
});

describe('$validate', () => {
  test('finds nothing wrong with the examples, and keeps nothing of them', async () => {
    const head = await here.app.store.head();
    const files = await readdir(examplesFolder);
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) {
      const answer = await here.admin.post(
        '/fhir/R4/$validate',
        await readFile(join(examplesFolder, file), 'utf8'),
        fhirType,
      );
      expect([file, answer.status, errorsOf(answer.body)]).toEqual([file, 200, []]);
    }
    expect(await here.app.store.head()).toBe(head);
    expect((await here.admin.get('/feeds')).json['items']).toEqual([]);
  });

  test('names what is wrong, of a resource by itself, in Parameters and in a bundle', async () => {
    const wrong = {
      resourceType: 'Encounter',
      id: 'x',
      status: 'finished',
      class: { code: 'IMP' },
      meta: { lastUpdated: '2026-11-03T09:00:00Z' },
    };
    const faults = ['identifier', 'period.start', 'period.end', 'serviceProvider'];
    const parameters = {
      resourceType: 'Parameters',
      parameter: [
        { name: 'mode', valueCode: 'create' },
        { name: 'resource', resource: wrong },
      ],
    };
    for (const body of [wrong, parameters])
      expect(
        errorsOf((await post(here.admin, body, '/fhir/R4/Encounter/$validate')).body).map(([, path]) => path),
      ).toEqual(faults.map((name) => `Encounter.${name}`));
    const bundle = {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [{ request: { method: 'POST', url: 'Encounter' }, resource: wrong }],
    };
    expect(
      errorsOf((await post(here.admin, bundle, '/fhir/R4/Bundle/$validate')).body).map(([, path]) => path),
    ).toEqual(faults.map((name) => `Bundle.entry[0].resource.${name}`));
    const planned = await post(here.admin, { ...wrong, status: 'planned' }, '/fhir/R4/$validate');
    expect(issuesOf(planned.body)[0]?.[3]).toBe('It would not be taken. A planned stay: nobody is in a bed yet.');
    expect(errorsOf((await post(here.admin, {}, '/fhir/R4/$validate')).body)).toEqual([['structure', 'Bundle']]);
  });
});

describe('docs/fhir.md', () => {
  interface Call {
    readonly method: string;
    readonly path: string;
    readonly type: string;
    readonly file: string;
  }
  /** The calls of the first block of shell commands. */
  const callsOf = (page: string): readonly Call[] => {
    const block = /```bash\n([^`]*)```/.exec(page)?.[1] ?? '';
    return [...block.matchAll(/curl -X (\w+) "\$HOMEWARD([^"]+)" .*-H "Content-Type: ([^"]+)" --data @(\S+)/g)].map(
      ([, method = '', path = '', type = '', file = '']) => ({ method, path: path.replace('\\$', '$'), type, file }),
    );
  };
  const call = async ({ method, path, type, file }: Call): Promise<ApiAnswer> => {
    const body = await readFile(join(projectRoot, file), 'utf8');
    const headers = { 'content-type': type };
    return method === 'PUT' ? here.admin.put(path, body, headers) : here.admin.post(path, body, headers);
  };

  test('its calls tell a stay from admission to discharge', async () => {
    const calls = callsOf(await readFile(join(projectRoot, 'docs', 'fhir.md'), 'utf8'));
    expect(calls).toHaveLength(4);
    const [admitted, assessed, left, never] = await Promise.all(calls.map(call));
    expect([admitted, assessed, left, never].map((answer) => answer?.status)).toEqual([200, 200, 200, 200]);
    const { stayId, position } = howOf(assessed?.body);
    const message = howOf(listIn(left?.body, 'entry')[1]?.['resource']);
    expect(message).toMatchObject({ acknowledgement: 'AA', stayId, controlId: 'msg-000042' });
    const last = [position ?? '', message.position ?? ''].toSorted((a, b) => Number(a) - Number(b)).at(-1) ?? '';
    await here.app.settled();
    expect((await here.admin.get(`/stays/${stayId ?? ''}?waitFor=${last}`)).json).toMatchObject({
      status: 'discharged',
      hospital: 'RAL',
      ward: 'OAK',
      admittedAt: '2026-11-03T09:00:00.000Z',
      dischargedAt: '2026-11-09T15:00:00.000Z',
      destinationCode: '19',
      methodCode: '1',
      expectedDischargeDate: '2026-11-10',
      criteriaToReside: { meets: false, since: '2026-11-05T00:00:00.000Z' },
      moves: [{ from: { ward: 'LARCH', bed: 'A' }, to: { ward: 'OAK' }, at: '2026-11-04T16:00:00.000Z' }],
    });
    const { json } = await here.admin.get('/stays');
    expect(
      listIn(json, 'items')
        .map(({ status }) => status)
        .toSorted(),
    ).toEqual(['cancelled', 'discharged']);
  });

  test('its mapping is one that a feed may have', async () => {
    const page = await readFile(join(projectRoot, 'docs', 'fhir.md'), 'utf8');
    const mapping = /```json\n([^`]*)```/.exec(page)?.[1] ?? '';
    const feed = await here.feed('fhir:admin');
    const answer = await here.admin.put(`/feeds/${String(feed?.['feedId'])}/mapping`, JSON.parse(mapping));
    expect([answer.status, answer.json['mapping']]).toMatchObject([200, JSON.parse(mapping).mapping]);
    const wrong = await here.admin.put(`/feeds/${String(feed?.['feedId'])}/mapping`, {
      mapping: { fhir: { systems: [{}] } },
    });
    expect(wrong.status).toBe(400);
  });
});

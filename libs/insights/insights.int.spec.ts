import { AccessModule } from '#libs/access/access.module.js';
import { EventFeedModule } from '#libs/event-feed/event-feed.module.js';
import type { EventMetadata } from '#libs/event-store/port.js';
import { PeopleModule } from '#libs/people/people.module.js';
import { PeopleDirectory } from '#libs/people/port.js';
import { newId } from '#libs/platform/ids.js';
import { PlatformModule } from '#libs/platform/platform.module.js';
import { startTestApp, type TestApp } from '../../test/support/app.js';
import { definitions } from './domain/definitions.js';
import { InsightsModule } from './insights.module.js';
import { at, stayBlock, type StayGiven } from './testing/world.js';

class InsightsAlone {}

let app: TestApp;
const metadata: EventMetadata = {
  correlationId: 'test',
  actor: { id: 'feed', role: 'feed', organisation: 'RAL' },
  source: 'test',
};

const appendStay = async (stayId: string, given: StayGiven): Promise<string> => {
  const eventId = newId();
  const recordedAt = new Date().toISOString();
  const message = {
    feed: 'PAS',
    controlId: eventId,
    hash: 'h',
    kind: 'ADT^A03',
    sourceRecordedAt: recordedAt,
    sequence: 1,
  };
  const result = await app.store.append(
    `stay-${stayId}`,
    'any',
    [
      {
        eventId,
        type: given.discharged ? 'PatientDischarged' : 'PatientAdmitted',
        schemaVersion: 1,
        occurredAt: at(given.admitted),
        personId: given.personId ?? `person-of-${stayId}`,
        data: { message, fact: {}, stay: stayBlock(stayId, given, recordedAt, eventId) },
      },
    ],
    metadata,
  );
  if (!result.ok) throw new Error('the append was refused');
  return result.position;
};

let people: PeopleDirectory;
let personId: string;
const march = 'from=2026-03-01&to=2026-04-01';

beforeAll(async () => {
  app = await startTestApp({
    module: (options) => ({
      module: InsightsAlone,
      imports: [PlatformModule.with(options), AccessModule, PeopleModule, EventFeedModule, InsightsModule],
    }),
  });
  people = app.get(PeopleDirectory);
  ({ personId } = await people.identify(
    [{ kind: 'nhs-number', value: '9990000018', verified: true }],
    metadata,
    at('2026-03-01'),
  ));
  await appendStay('s1', {
    personId,
    admitted: '2026-03-01',
    discharged: '2026-03-08',
    criteria: ['not 2026-03-05'],
    age: 17,
  });
  await appendStay('s2', { admitted: '2026-03-01', discharged: '2026-03-05', hospital: 'RKE' });
  await people.recordDetails(
    personId,
    { birthDate: '2008-03-08', familyName: 'Testpatient' },
    'referral',
    metadata,
    at('2026-03-01'),
  );
  await app.settled();
}, 60_000);
afterAll(() => app.stop());

describe('a figure', () => {
  it('carries its rule, version, source, position and the way to its people', async () => {
    const answer = await (await app.api('idt')).get(`/metrics/los.mean?${march}`);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      metric: { id: 'los.mean', version: '1', title: 'Average length of stay', unit: 'nights' },
      from: '2026-03-01',
      to: '2026-04-01',
      value: 5.5,
      numerator: 11,
      denominator: 2,
      display: '5.5 nights',
      groups: [],
      basis: { position: await app.store.head(), knownAt: null, events: 2 },
      quality: { blank: 0, faults: 0, pending: 0 },
      links: { people: '/api/v1/metrics/los.mean/people?from=2026-03-01&to=2026-04-01&version=1' },
    });
    expect(answer.json['metric']).toHaveProperty('rule');
    expect(answer.json['metric']).toHaveProperty('source');
  });

  it('of every definition answers, with nothing to divide by as null', async () => {
    const idt = await app.api('idt');
    const listed = await idt.get('/metrics');
    expect(listed.json['items']).toHaveLength(definitions.length);
    for (const { id, kind, versions, groupBy } of definitions)
      for (const { version } of versions) {
        const days = kind === 'snapshot' ? 'from=2020-01-01&to=2020-01-08' : 'from=2020-01-01&to=2020-02-01';
        const answer = await idt.get(`/metrics/${id}?${days}&version=${version}`);
        expect([id, answer.status]).toEqual([id, 200]);
        if (answer.json['denominator'] === 0) expect([id, answer.json['value']]).toEqual([id, null]);
        for (const key of groupBy)
          expect([key, (await idt.get(`/metrics/${id}?${days}&groupBy=${key}`)).status]).toEqual([key, 200]);
        const behind = await idt.get(`/metrics/${id}/people?${days}&version=${version}`);
        expect([id, behind.status, behind.json['items']]).toEqual([id, 200, []]);
      }
  }, 60_000);

  it('is computed at the earlier log position when asked as known earlier', async () => {
    const idt = await app.api('idt');
    const answer = await idt.get(`/metrics/los.mean?${march}&knownAt=2020-01-01T00:00:00Z`);
    expect(answer.body).toMatchObject({
      value: null,
      denominator: 0,
      basis: { position: '0', knownAt: '2020-01-01T00:00:00.000Z', events: 0 },
    });
  });

  it.each([
    ['an unknown figure', '/metrics/los.mode?from=2026-03-01&to=2026-04-01', 404, undefined],
    ['no days', '/metrics/los.mean', 400, 'from'],
    ['a date that does not exist', '/metrics/los.mean?from=2026-02-30&to=2026-04-01', 400, 'from'],
    ['an end before its beginning', '/metrics/los.mean?from=2026-03-02&to=2026-03-01', 400, 'to'],
    ['a day to come', '/metrics/nctr.remaining?at=2999-01-01', 400, 'at'],
    ['a version that is not there', `/metrics/los.mean?${march}&version=2`, 400, 'version'],
    ['groups it has not', `/metrics/los.mean?${march}&groupBy=reason`, 400, 'groupBy'],
    ['a band that is none', `/metrics/los.mean?${march}&ageBand=old`, 400, 'ageBand'],
    ['a time to come', `/metrics/los.mean?${march}&knownAt=2999-01-01T00:00:00Z`, 400, 'knownAt'],
    ['a slip of the pen', `/metrics/los.mean?${march}&grouby=ward`, 400, 'grouby'],
    ['the same field twice', `/metrics/los.mean?${march}&ward=A&ward=B`, 400, 'ward'],
  ])('asked for %s is refused', async (_, path, status, field) => {
    const answer = await (await app.api('idt')).get(path);
    expect(answer.status).toBe(status);
    if (field) expect(answer.json['errors']).toEqual(expect.arrayContaining([expect.objectContaining({ field })]));
  });

  it('names the groups there are when asked for others', async () => {
    const answer = await (await app.api('idt')).get(`/metrics/brokerage.declines?${march}&groupBy=pathways`);
    expect(JSON.stringify(answer.json['errors'])).toContain('reason, provider, serviceType');
  });
});

describe('who sees what', () => {
  it('a ward sees its own hospital and no other', async () => {
    const ward = await app.api('ward');
    expect((await ward.get(`/metrics/los.mean?${march}`)).body).toMatchObject({ value: 7, denominator: 1 });
    expect((await ward.get(`/metrics/los.mean?${march}&hospital=RKE`)).status).toBe(403);
    expect((await ward.get(`/metrics/los.mean/people?${march}`)).status).toBe(403);
  });

  it('a provider sees figures of its own placements only', async () => {
    const provider = await app.api('provider');
    expect((await provider.get(`/metrics/los.mean?${march}`)).status).toBe(403);
    expect((await provider.get(`/metrics/brokerage.time-to-source?${march}`)).status).toBe(200);
  });

  it('an analyst sees pseudonyms that lead nowhere, the team sees its people, and that is audited', async () => {
    const seen = await (await app.api('idt')).get(`/metrics/los.mean/people?${march}`);
    expect(seen.json['items']).toEqual([
      expect.objectContaining({ personId, stayId: 's1', inNumerator: true }),
      expect.objectContaining({ stayId: 's2' }),
    ]);
    const hidden = JSON.stringify((await (await app.api('analyst')).get(`/metrics/los.mean/people?${march}`)).body);
    expect(hidden).not.toContain(personId);
    expect(hidden).not.toContain('"s1"');
    const audited = await app.pool.query(
      `SELECT person_ids FROM access.audit WHERE username = 'idt' AND what = 'people behind los.mean'`,
    );
    expect(audited.rows).toContainEqual({ person_ids: expect.arrayContaining([personId]) });
  });

  it('reablement sees the people of its own figures', async () => {
    const reablement = await app.api('reablement');
    expect((await reablement.get(`/metrics/los.mean/people?${march}`)).status).toBe(403);
    expect((await reablement.get(`/metrics/reablement.91-day-at-home/people?${march}`)).status).toBe(200);
  });
});

describe('settings and exports', () => {
  it('keep the population as an event, and answer it', async () => {
    const idt = await app.api('idt');
    const set = await idt.put('/settings/population65', { year: 2026, authority: 'Barnet', people: 59_707 });
    expect(set.status).toBe(200);
    const { items } = (await idt.get(`/settings/population65?waitFor=${set.text('position')}`)).json;
    expect(items).toEqual([{ year: 2026, authority: 'Barnet', people: 59_707 }]);
    expect((await idt.put('/settings/population65', { year: 2026, authority: 'Barnet', people: 0 })).status).toBe(400);
    expect(
      (await (await app.api('ward')).put('/settings/population65', { year: 2026, authority: 'Barnet', people: 1 }))
        .status,
    ).toBe(403);
  });

  it.each(['sitrep', 'drd', 'bcf', 'ascof'])('export %s as CSV with the rule on each row', async (name) => {
    const answer = await (await app.api('analyst')).get(`/exports/${name}?period=2026-03`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('text/csv');
    expect(String(answer.body).split('\r\n')[0]).toContain('Version,Rule,Source,Log position');
  });

  it('refuse what is no export or no period, and say what is not built', async () => {
    const idt = await app.api('idt');
    expect((await idt.get('/exports/dtoc?period=2026-03')).status).toBe(404);
    expect((await idt.get('/exports/drd?period=soon')).status).toBe(400);
    expect((await idt.get('/exports/drd')).status).toBe(400);
    expect((await idt.get('/exports/cld?period=2026-03')).status).toBe(501);
    expect((await (await app.api('analyst')).get('/exports/cld?period=2026-03')).status).toBe(403);
  });
});

const page = async (path: string, username = 'idt') => {
  const { token } = await app.api(username);
  const response = await fetch(`${app.url}${path}`, {
    headers: { authorization: `Bearer ${token ?? ''}`, accept: 'text/html' },
  });
  return { status: response.status, html: await response.text() };
};

describe('the pages', () => {
  it.each(['delays', 'length-of-stay', 'home-first', 'reablement', 'brokerage'])(
    '%s: each figure has a chart, its rule and its numbers',
    async (area) => {
      const { status, html } = await page(`/insights?area=${area}&from=2026-02-01&to=2026-04-30`);
      expect(status).toBe(200);
      for (const definition of definitions.filter((each) => each.area === area))
        expect(html).toContain(`id="${definition.id}"`);
      const cards = definitions.filter((each) => each.area === area).length;
      expect(html.match(/<svg role="img" aria-label="[^"]+"/g)).toHaveLength(cards);
      expect(html.match(/<strong>Rule /g)).toHaveLength(cards);
      expect(html).not.toMatch(/undefined|NaN|\[object/);
    },
  );

  it('of one figure shows its versions side by side, what was published, and as known on', async () => {
    const { status, html } = await page(
      '/insights/drd.average-delay?from=2026-03-01&to=2026-03-31&knownAt=2026-01-01T08:00&groupBy=hospital',
    );
    expect(status).toBe(200);
    for (const text of [
      '2024-05-recorded',
      'published-2024-25',
      'Barnet residents',
      'Open Government Licence',
      'As known on Thursday 1 January 2026 at 08:00',
    ])
      expect(html).toContain(text);
    for (const { id } of definitions) expect([id, (await page(`/insights/${id}`)).status]).toEqual([id, 200]);
  }, 60_000);

  it('lead to people and events, and to CSV', async () => {
    const behind = await page('/insights/los.mean/people?from=2026-03-01&to=2026-03-31');
    expect(behind.html).toContain(personId);
    expect((await page('/insights/los.mean/people?from=2026-03-01&to=2026-03-31', 'analyst')).html).not.toContain(
      personId,
    );
    expect((await page('/insights/los.mean/people', 'broker')).status).toBe(403);
    const csv = await page('/insights/los.mean/figure.csv?from=2026-03-01&to=2026-03-31');
    expect(csv.html).toContain('los.mean,Average length of stay,2026-03-02,');
  });

  it('say beside the field what is wrong, and show no figure', async () => {
    const { status, html } = await page('/insights?from=2026-13-01&knownAt=never');
    expect(status).toBe(400);
    expect(html).toContain('There is a problem');
    expect(html).toContain('id="from-error"');
    expect(html).not.toContain('<svg role="img"');
  });
});

describe('the tables', () => {
  it('hold no birth date once the person is erased, and fold anew to the same', async () => {
    expect(await app.feed.verify().then((all) => all.filter(({ differences }) => differences > 0))).toEqual([]);
    const { position } = await people.erase(personId, 'asked for', 'the person', metadata);
    await app.settled(position);
    expect((await app.pool.query('SELECT * FROM insights.births_v2')).rows).toEqual([]);
    expect(await app.feed.verify().then((all) => all.filter(({ differences }) => differences > 0))).toEqual([]);
    expect((await (await app.api('idt')).get(`/metrics/los.mean?${march}`)).body).toMatchObject({
      value: 4,
      denominator: 1,
    });
  });
});

import { addDays, londonDate } from '#libs/nhs/civil-date.js';
import type { ApiAnswer, ApiClient } from '../support/api-client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import {
  ago,
  compact,
  Line,
  listOf,
  message,
  ok,
  somebody,
  stamp,
  today,
  type Json,
  type Person,
  type Said,
} from './ward-message.js';

/** "Discharge" of the public page, line by line, by somebody who knows nothing but that page. */

let app: TestApp;
let idt: ApiClient;
let line: Line;
let ward: ApiClient;

beforeAll(async () => {
  app = await startTestApp();
  line = new Line(await app.api('admin'));
  [idt, ward] = await Promise.all([app.api('idt'), app.api('ward')]);
}, 60_000);
afterAll(async () => app?.stop(), 30_000);

const admit = (person: Person, said: Said = {}): string =>
  message(person, 'A01', { at: ago(10, 9), place: 'ELM^1^A', ...said });
const referral = (who: Person, more: Json = {}): Json => ({
  person: {
    nhsNumber: who.nhs,
    familyName: `Test${who.nhs}`,
    givenNames: 'Ada',
    birthDate: who.birthDate,
    sex: 'F',
    postcode: 'N12 0AA',
  },
  hospital: 'RAL',
  homeAuthority: 'Barnet',
  needs: { summary: 'Help with washing' },
  involvement: { person: 'Wants to go home' },
  referredBy: 'Ward sister',
  occurredAt: ago(9, 12),
  ...more,
});
const remember = (answer: ApiAnswer): ApiAnswer => {
  if (typeof answer.json['position'] === 'string') line.position = answer.json['position'];
  return answer;
};
const refer = async (who: Person, more: Json = {}): Promise<ApiAnswer> =>
  remember(await idt.post('/cases', referral(who, more)));
const inHospital = async (): Promise<{ who: Person; stayId: string; caseId: string }> => {
  const who = somebody();
  const stayId = await line.take(admit(who));
  const caseId = ok(await refer(who)).text('caseId');
  return { who, stayId, caseId };
};
const command = async (caseId: string, path: string, body: Json = {}): Promise<ApiAnswer> =>
  remember(await idt.post(`/cases/${caseId}/${path}`, body));
const done = async (caseId: string, path: string, body: Json = {}): Promise<ApiAnswer> =>
  ok(await command(caseId, path, body));
const theCase = async (caseId: string, query = ''): Promise<Json> =>
  ok(await line.get(`/cases/${caseId}?${query}`)).json;
const row = async (caseId: string, query = ''): Promise<Json | undefined> =>
  listOf(await line.get(`/board?${query}`), 'rows').find((one) => one['caseId'] === caseId);
const statusOf = async (caseId: string): Promise<unknown> => (await theCase(caseId))['status'];
const entryOf = async (caseId: string, type: string): Promise<string> => {
  const items = listOf(await line.get(`/cases/${caseId}/timeline`), 'items');
  return String(items.filter((item) => item['type'] === type).at(-1)?.['eventId']);
};
const a03 = (who: Person, said: Said = {}): string =>
  message(who, 'A03', { at: ago(3, 14), pv1: { 36: '1', 37: '19' }, ...said });

describe('POST /cases', () => {
  it('answers 201 with ids, the stay, the revision and the position', async () => {
    const who = somebody();
    const stayId = await line.take(admit(who));
    const answer = await refer(who);
    expect(answer.status).toBe(201);
    const { id } = answer.json;
    expect(answer.json).toMatchObject({
      caseId: id,
      stayId,
      personId: expect.any(String) as unknown,
      revision: expect.any(Number) as unknown,
    });
    expect(answer.headers.get('etag')).toBe(`"${String(answer.json['revision'])}"`);
    const again = await refer(who);
    expect([again.status, again.json['code'], again.json['caseId']]).toEqual([409, 'case.already-open', id]);
  });

  it('without a stay has a null stayId, one a person and hospital; the stay heard of later links', async () => {
    const who = somebody();
    const first = ok(await refer(who));
    expect(first.json['stayId']).toBeNull();
    expect((await refer(who)).status).toBe(409);
    expect((await refer(who, { hospital: 'XYZ' })).status).toBe(201);
    const stayId = await line.take(admit(who));
    expect(await theCase(first.text('caseId'))).toMatchObject({ stayId, status: 'referred' });
    expect(await line.stay(stayId)).toMatchObject({ referred: true });
  });

  it.each<[string, number, number, boolean]>([
    ['on the minute of the admission', 0, 0, true],
    ['before the admission', -1, 0, true],
    ['14 days before the admission', -14 * 24 * 60, 0, true],
    ['more than 14 days before the admission', -14 * 24 * 60 - 1, 0, false],
    ['on the minute of the discharge', 5 * 24 * 60, 5, false],
    ['after the discharge', 5 * 24 * 60 + 1, 5, false],
    ['just before the discharge', 5 * 24 * 60 - 1, 5, true],
  ])('a referral %s', async (_when, minutes, nights, links) => {
    const who = somebody();
    const admittedAt = ago(10, 9);
    const at = (offset: number): string => new Date(Date.parse(admittedAt) + offset * 60_000).toISOString();
    const stayId = await line.take(admit(who), ...(nights > 0 ? [a03(who, { at: at(nights * 24 * 60) })] : []));
    expect((await refer(who, { occurredAt: at(minutes) })).json['stayId']).toBe(links ? stayId : null);
  });

  it('names the earlier case of the person', async () => {
    const { who, caseId } = await inHospital();
    await line.take(a03(who));
    const next = { ...who, visit: `${who.visit}N` };
    const stayId = await line.take(admit(next, { at: ago(2, 9) }));
    expect(await statusOf(caseId)).toBe('discharged');
    const again = ok(await refer(who, { occurredAt: ago(1, 9) }));
    expect(again.json).toMatchObject({ stayId, previousCaseId: caseId });
    expect(await statusOf(caseId)).toBe('discharged');
  });

  it('many at once open one case', async () => {
    const who = somebody();
    const stayId = await line.take(admit(who));
    const answers = await Promise.all(Array.from({ length: 8 }, () => idt.post('/cases', referral(who))));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array<number>(7).fill(409)]);
    const made = answers.find(({ status }) => status === 201);
    expect(new Set(answers.map((answer) => answer.json['caseId']))).toEqual(new Set([made?.json['caseId']]));
    expect(made?.json['stayId']).toBe(stayId);
  });

  it('is refused with every field that is wrong', async () => {
    const who = somebody();
    const wrong = await refer(who, {
      person: {
        nhsNumber: '9990000019',
        familyName: '',
        givenNames: 'A',
        birthDate: '2026-02-30',
        sex: 'F',
        postcode: 'N12 0AA',
      },
      flags: ['unknown'],
      surprise: 1,
    });
    expect(wrong.status).toBe(400);
    expect(wrong.headers.get('content-type')).toContain('application/problem+json');
    const fields = (wrong.json['errors'] as Json[]).map(({ field }) => field);
    expect(fields).toEqual(expect.arrayContaining(['person.nhsNumber', 'person.birthDate', 'surprise']));
    for (const field of ['person', 'hospital', 'homeAuthority', 'needs', 'involvement', 'referredBy'])
      expect([field, (await refer(who, { [field]: undefined })).status]).toEqual([field, 400]);
    expect((await refer(who, { occurredAt: new Date(Date.now() + 400_000).toISOString() })).status).toBe(400);
    const all = [
      'safeguarding',
      'mental-capacity',
      'continuing-healthcare',
      'homeless',
      'no-recourse',
      'end-of-life',
      'infection',
      'dementia',
      'learning-disability',
      'carer',
      'self-funder',
    ];
    const flagged = ok(
      await refer(who, {
        flags: all,
        ward: 'ELM',
        expectedDischargeDate: today,
        involvement: { person: 'a', carer: 'b' },
      }),
    );
    expect(await theCase(flagged.text('caseId'))).toMatchObject({
      flags: all,
      ward: 'ELM',
      expectedDischargeDate: today,
      involvement: { person: 'a', carer: 'b' },
    });
  });

  it('by local id finds the same person as the ward does', async () => {
    const who = somebody();
    const stayId = await line.take(admit(who));
    const { person } = referral(who);
    const made = await refer(who, {
      person: {
        ...(person as Json),
        nhsNumber: undefined,
        localIds: [{ authority: 'RAL', type: 'MR', value: who.local }],
      },
    });
    expect(made.json['stayId']).toBe(stayId);
  });
});

describe('every command of a case', () => {
  const commands: [string, Json, number, string?][] = [
    ['accept', {}, 200],
    ['assign', { worker: 'idt' }, 200],
    ['criteria-to-reside', { meets: false, assessor: 'Dr Test', occurredAt: ago(7, 9) }, 200],
    ['pathway', { pathway: 1, reason: 'x', decidedBy: 'Hub' }, 200],
    ['expected-discharge-date', { date: today }, 200],
    ['delays', { reason: 'CAP11', owner: 'council', note: 'x', occurredAt: ago(5, 9) }, 201, 'delayId'],
    ['actions', { what: 'x', owner: { organisation: 'Barnet' }, due: today }, 201, 'actionId'],
    ['escalations', { level: 2, to: 'Hub manager', why: 'x' }, 201, 'escalationId'],
    ['involvement', { person: 'x' }, 200],
    ['choice', { note: 'x' }, 200],
    ['carers-assessment', {}, 200],
    ['pause', { reason: 'x' }, 200],
    ['resume', {}, 200],
    ['discharge', { destinationCode: '19', occurredAt: ago(1, 9) }, 200],
    ['close', { reason: 'x' }, 200],
  ];
  it('answers with id, revision, position and ETag, and its named id; a stale If-Match gets 412', async () => {
    const { caseId } = await inHospital();
    for (const [path, body, status, named] of commands) {
      const stale = await idt.post(`/cases/${caseId}/${path}`, body, { 'if-match': '"0"' });
      expect([path, stale.status]).toEqual([path, 412]);
      const answer = await command(caseId, path, body);
      expect([path, answer.status]).toEqual([path, status]);
      expect(answer.json).toMatchObject({
        id: expect.any(String) as unknown,
        revision: expect.any(Number) as unknown,
        position: expect.stringMatching(/^\d+$/) as unknown,
      });
      expect(answer.headers.get('etag')).toBe(`"${String(answer.json['revision'])}"`);
      if (named !== undefined) expect([path, answer.json[named]]).toEqual([path, expect.any(String)]);
      const surprise = await command(caseId, path, { ...body, surprise: 1 });
      expect([path, surprise.status]).toEqual([path, 400]);
    }
    const other = await inHospital();
    expect((await command(other.caseId, 'withdraw', {})).status).toBe(400);
    await done(other.caseId, 'withdraw', { reason: 'x' });
    expect(await statusOf(other.caseId)).toBe('withdrawn');
    expect((await command('none', 'accept')).status).toBe(404);
    expect((await command(other.caseId, 'accept')).status).toBe(409);
  });

  it('is for the team; a ward refers, and says criteria and the expected date of its own hospital', async () => {
    const { caseId } = await inHospital();
    for (const [path, body] of commands)
      expect([path, (await ward.post(`/cases/${caseId}/${path}`, body)).status]).toEqual([
        path,
        path === 'criteria-to-reside' || path === 'expected-discharge-date' ? 200 : 403,
      ]);
    const who = somebody();
    const elsewhere = ok(await refer(who, { hospital: 'OTH' })).text('caseId');
    const status = async (path: string): Promise<number> => (await ward.get(`${path}?waitFor=${line.position}`)).status;
    expect([403, 404]).toContain(await status(`/cases/${elsewhere}`));
    expect([403, 404]).toContain(await status(`/cases/${elsewhere}/timeline`));
    for (const [path, body] of commands)
      expect([path, [403, 404].includes((await ward.post(`/cases/${elsewhere}/${path}`, body)).status)]).toEqual([
        path,
        true,
      ]);
    expect([403, 404]).toContain((await ward.post('/cases', referral(somebody(), { hospital: 'OTH' }))).status);
    expect((await ward.post('/cases', referral(somebody()))).status).toBe(201);
    const rows = listOf(await ward.get(`/board?waitFor=${line.position}`), 'rows');
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every((one) => one['hospital'] === 'RAL')).toBe(true);
  });

  it('a pathway 2 or 3 says why not home; a returning care-home resident is 0 or 1', async () => {
    const { caseId } = await inHospital();
    const path = async (body: Json): Promise<number> =>
      (await command(caseId, 'pathway', { reason: 'x', decidedBy: 'Hub', ...body })).status;
    expect(await path({ pathway: 4 })).toBe(400);
    expect(await path({ pathway: '1' })).toBe(400);
    expect([400, 409]).toContain(await path({ pathway: 2 }));
    expect([400, 409]).toContain(await path({ pathway: 3, whyNotHome: 'x', returningCareHomeResident: true }));
    expect(await path({ pathway: 1, returningCareHomeResident: true, occurredAt: ago(8, 9) })).toBe(200);
    expect(await path({ pathway: 3, whyNotHome: 'x', occurredAt: ago(7, 9) })).toBe(200);
    // Entered late: what was true before the last decision.
    expect(await path({ pathway: 0, occurredAt: ago(8, 10) })).toBe(200);
    const found = await theCase(caseId);
    expect(found).toMatchObject({ pathway: 3, pathwayDecidedAt: ago(7, 9), status: 'active' });
    expect(((found['histories'] as Json)['pathway'] as Json[]).map((one) => one['pathway'])).toEqual([1, 0, 3]);
  });

  it.each([
    ['pathway', { pathway: 0, reason: 'x', decidedBy: 'y' }],
    ['delays', { reason: 'HP1' }],
    ['actions', { what: 'x', owner: { organisation: 'Barnet' }, due: today }],
  ])('nothing needs /accept: %s makes a case active', async (path, body) => {
    const { caseId } = await inHospital();
    expect(await statusOf(caseId)).toBe('referred');
    await done(caseId, path, body);
    expect(await statusOf(caseId)).toBe('active');
  });

  it('delays: several at once, from the ready date on unless anticipated, ended once', async () => {
    const { caseId } = await inHospital();
    await done(caseId, 'criteria-to-reside', { meets: false, assessor: 'Dr', occurredAt: ago(6, 15) });
    expect((await command(caseId, 'delays', { reason: 'HP1', occurredAt: ago(7, 12) })).status).toBe(409);
    // The ready date is a day: the morning of it is not before it.
    const first = (await done(caseId, 'delays', { reason: 'HP1', occurredAt: ago(6, 9) })).text('delayId');
    await done(caseId, 'delays', { reason: 'CAP2', anticipated: true, occurredAt: ago(8, 9) });
    await done(caseId, 'delays', { reason: 'IF9', owner: 'nhs', occurredAt: ago(4, 9) });
    for (const body of [{ reason: 'HP8' }, {}, { reason: 'HP1', owner: 'nobody' }, { reason: 'hp1' }])
      expect((await command(caseId, 'delays', body)).status).toBe(400);
    const delays = (await row(caseId))?.['delays'] as Json[];
    expect(delays.toSorted((a, b) => (String(a['reason']) < String(b['reason']) ? -1 : 1))).toEqual([
      { delayId: expect.any(String) as unknown, reason: 'CAP2', since: ago(6, 15), days: 6, owner: 'council' },
      { delayId: first, reason: 'HP1', since: ago(6, 9), days: 6, owner: 'acute-trust' },
      { delayId: expect.any(String) as unknown, reason: 'IF9', since: ago(4, 9), days: 4, owner: 'nhs' },
    ]);
    expect((await command(caseId, `delays/${first}/end`, { occurredAt: ago(7, 9) })).status).toBe(409);
    await done(caseId, `delays/${first}/end`, { occurredAt: ago(2, 9) });
    expect((await command(caseId, `delays/${first}/end`)).status).toBe(409);
    expect((await command(caseId, 'delays/none/end')).status).toBe(404);
    expect(((await row(caseId))?.['delays'] as Json[]).map((one) => one['reason'])).not.toContain('HP1');
    expect(((await row(caseId, `asOf=${ago(2, 8)}`))?.['delays'] as Json[]).map((one) => one['reason'])).toContain(
      'HP1',
    );
    expect((await row(caseId, `asOf=${ago(7, 9)}`))?.['delays']).toEqual([]);
  });

  it('an expected date slips when it becomes later, not when earlier; an A25 clears what the team set', async () => {
    const { who, caseId } = await inHospital();
    for (const [date, at] of [
      [addDays(today, -3), ago(8, 9)],
      [addDays(today, -1), ago(7, 9)],
      [addDays(today, -2), ago(6, 9)],
      [today, ago(5, 9)],
      [today, ago(4, 9)],
    ])
      await done(caseId, 'expected-discharge-date', { date, reason: 'x', occurredAt: at });
    expect(await row(caseId)).toMatchObject({ expectedDischargeDate: today, slips: 2 });
    expect(await row(caseId, `asOf=${ago(7, 8)}`)).toMatchObject({
      expectedDischargeDate: addDays(today, -3),
      slips: 0,
    });
    await line.take(message(who, 'A25', { at: ago(3, 9) }));
    expect(await row(caseId)).toMatchObject({ expectedDischargeDate: null });
    expect((await command(caseId, 'expected-discharge-date', { date: '2026-02-30' })).status).toBe(400);
  });

  it('actions, owners and escalations stand on the row', async () => {
    const { caseId } = await inHospital();
    const action = async (due: string): Promise<string> =>
      (
        await done(caseId, 'actions', {
          what: `by ${due}`,
          owner: { organisation: 'Barnet', person: 'A. Worker' },
          due,
          occurredAt: ago(8, 9),
        })
      ).text('actionId');
    const later = await action(addDays(today, 3));
    const first = await action(addDays(today, 1));
    expect((await row(caseId))?.['nextAction']).toEqual({
      actionId: first,
      what: `by ${addDays(today, 1)}`,
      owner: { organisation: 'Barnet', person: 'A. Worker' },
      due: addDays(today, 1),
    });
    await done(caseId, `actions/${first}/complete`);
    expect((await row(caseId))?.['nextAction']).toMatchObject({ actionId: later });
    expect((await command(caseId, 'assign', { worker: 'nobody-known' })).status).toBe(400);
    await done(caseId, 'assign', { worker: 'idt' });
    const owner = (await row(caseId))?.['owner'] as Json;
    expect(owner).toEqual({ organisation: expect.any(String) as unknown, person: expect.any(String) as unknown });
    for (const part of [owner['organisation'], owner['person']])
      expect(await row(caseId, `owner=${encodeURIComponent(String(part))}`)).toBeDefined();
    expect(await row(caseId, 'owner=somebody-else')).toBeUndefined();
    for (const level of [0, 6, 1.5, '1'])
      expect((await command(caseId, 'escalations', { level, to: 'x', why: 'y' })).status).toBe(400);
    const escalationId = (await done(caseId, 'escalations', { level: 5, to: 'Directors', why: 'y' })).text(
      'escalationId',
    );
    await done(caseId, `escalations/${escalationId}/resolve`);
    expect((await command(caseId, `escalations/${escalationId}/resolve`)).status).toBe(409);
    expect((await theCase(caseId))['escalations']).toHaveLength(1);
  });
});

describe('a case and its stay', () => {
  it('follows discharge, its cancel, and the next discharge', async () => {
    const { who, caseId } = await inHospital();
    await line.take(a03(who));
    expect(await statusOf(caseId)).toBe('discharged');
    expect(await row(caseId)).toBeUndefined();
    expect(await row(caseId, 'status=discharged')).toMatchObject({ status: 'discharged' });
    expect(await row(caseId, `asOf=${ago(3, 13)}`)).toMatchObject({ status: 'referred' });
    await line.take(message(who, 'A13', { at: ago(2, 9) }));
    expect(await statusOf(caseId)).toBe('referred');
    expect(await row(caseId, `asOf=${ago(3, 15)}`)).toMatchObject({ status: 'referred' });
    await line.take(a03(who, { at: ago(1, 9) }));
    expect(await statusOf(caseId)).toBe('discharged');
    expect(await row(caseId, `asOf=${ago(1, 8)}`)).toMatchObject({ status: 'referred' });
  });

  it.each([
    ['method 4', { 36: '4' }],
    ['destination 79', { 36: '79' }],
  ])('a death (%s) closes the case as died, and is taken back', async (_how, pv1) => {
    const { who, caseId } = await inHospital();
    await line.take(a03(who, { pv1 }));
    expect(await theCase(caseId)).toMatchObject({ status: 'closed', ended: { by: 'death' } });
    await line.take(message(who, 'A13', { at: ago(2, 9) }));
    expect(await statusOf(caseId)).toBe('referred');
  });

  it('a death by PID-30 closes the case, also by A31, and is taken back by N', async () => {
    const { who, caseId } = await inHospital();
    await line.send(message(who, 'A31', { at: ago(3, 9), pv1: null, pid: { 29: stamp(ago(3, 9)), 30: 'Y' } }));
    expect(await statusOf(caseId)).toBe('closed');
    await line.send(message(who, 'A31', { at: ago(2, 9), pv1: null, pid: { 29: '""', 30: 'N' } }));
    expect(await statusOf(caseId)).toBe('referred');
  });

  it('a voided admission withdraws the referral; one recorded later reinstates it', async () => {
    const { who, stayId, caseId } = await inHospital();
    await line.take(message(who, 'A11', { at: ago(5, 9) }));
    expect(await theCase(caseId)).toMatchObject({ status: 'withdrawn' });
    await line.take(admit(who, { at: ago(10, 8), rec: ago(4, 9), place: 'OAK^1^A' }));
    expect(await theCase(caseId)).toMatchObject({ status: 'referred', stayId, ward: 'OAK', admittedAt: ago(10, 8) });
  });

  it('a discharge by hand never closes the stay, and what the stay says overrides it', async () => {
    const { who, stayId, caseId } = await inHospital();
    await done(caseId, 'discharge', { destinationCode: '54', occurredAt: ago(4, 9) });
    expect(await statusOf(caseId)).toBe('discharged');
    expect(await line.stay(stayId)).toMatchObject({ status: 'open', dischargedAt: null });
    expect((await command(caseId, 'discharge', { destinationCode: '19' })).status).toBe(409);
    await line.take(a03(who, { at: ago(2, 9), pv1: { 36: '19' } }));
    expect(await theCase(caseId)).toMatchObject({ status: 'discharged', ended: { by: 'ward', at: ago(2, 9) } });
    expect(await row(caseId, `asOf=${ago(3, 9)}`)).toMatchObject({ status: 'referred' });
    const other = await inHospital();
    for (const destinationCode of ['77', '1', ''])
      expect((await command(other.caseId, 'discharge', { destinationCode })).status).toBe(400);
    expect((await command(other.caseId, 'discharge', {})).status).toBe(400);
  });

  it('/close is taken in hospital, with its reason; a new stay never opens an old case again', async () => {
    const { who, caseId } = await inHospital();
    expect((await command(caseId, 'close', {})).status).toBe(400);
    await done(caseId, 'close', { reason: 'Moved to another council' });
    expect(await statusOf(caseId)).toBe('closed');
    await line.take(a03(who), message(who, 'A13', { at: ago(2, 9) }));
    expect(await statusOf(caseId)).toBe('closed');
    await line.take(admit({ ...who, visit: `${who.visit}Z` }, { at: ago(1, 9) }));
    expect(await statusOf(caseId)).toBe('closed');
    expect((await refer(who, { occurredAt: ago(9, 14) })).status).toBe(201);
  });

  it('criteria of a time after discharge are refused, late news of before it is taken', async () => {
    const { who, caseId } = await inHospital();
    await line.take(a03(who));
    const said = async (at: string): Promise<number> =>
      (await command(caseId, 'criteria-to-reside', { meets: false, assessor: 'Dr', occurredAt: at })).status;
    expect(await said(ago(3, 15))).toBe(409);
    expect(await said(ago(5, 9))).toBe(200);
    expect(await theCase(caseId)).toMatchObject({
      dischargeReadyDate: londonDate(ago(5, 9)),
      criteriaToReside: { meets: false, since: ago(5, 9) },
    });
  });

  it('criteria met again pause case and requests, and not met resume them; a pause by hand only a hand lifts', async () => {
    const { who, caseId } = await inHospital();
    const requests = async (): Promise<unknown[]> =>
      listOf(await line.get(`/placement-requests?caseId=${caseId}`), 'items').map((one) => one['state']);
    await line.take(message(who, 'A08', { at: ago(8, 9), zu1: { 22: 'Y' } }));
    await done(caseId, 'pathway', { pathway: 1, reason: 'x', decidedBy: 'y', occurredAt: ago(8, 10) });
    expect(await requests()).toEqual(['draft']);
    await line.take(message(who, 'A08', { at: ago(7, 9), zu1: { 22: 'N' } }));
    expect(await statusOf(caseId)).toBe('paused');
    expect(await requests()).toEqual(['paused']);
    expect((await command(caseId, 'resume')).status).toBe(409);
    await done(caseId, 'pause', { reason: 'Family away', occurredAt: ago(6, 9) });
    await line.take(message(who, 'A08', { at: ago(5, 9), zu1: { 22: 'Y' } }));
    expect(await statusOf(caseId)).toBe('paused');
    await done(caseId, 'resume', { occurredAt: ago(4, 9) });
    expect(await statusOf(caseId)).toBe('active');
    expect(await requests()).toEqual(['draft']);
    expect(await row(caseId, `asOf=${ago(4, 8)}`)).toMatchObject({ status: 'paused' });
    expect(await row(caseId, `asOf=${ago(7, 8)}`)).toMatchObject({ status: 'active' });
  });

  it('a referral made while criteria are still met is not paused', async () => {
    const who = somebody();
    await line.take(admit(who, { zu1: { 22: 'N' } }));
    const caseId = ok(await refer(who)).text('caseId');
    await app.settled();
    expect(await statusOf(caseId)).toBe('referred');
  });

  it.each([true, false])(
    'two cases that a merge puts on one stay: the earlier referral stays (merge of the earlier: %s); a revert brings both back',
    async (earlierWins) => {
      const [one, two] = [somebody(), somebody()];
      const [early, late] = [earlierWins ? one : two, earlierWins ? two : one];
      const stayId = await line.take(admit(one));
      const first = ok(await refer(early, { occurredAt: ago(9, 9) })).text('caseId');
      const second = ok(await refer(late, { occurredAt: ago(8, 9) })).text('caseId');
      await line.send(message(one, 'A40', { at: ago(5, 9), pv1: null, mrg: { 1: `${two.nhs}^^^NHS^NH` } }));
      await app.settled();
      expect(await theCase(first)).toMatchObject({ status: 'referred', stayId });
      expect(await theCase(second)).toMatchObject({ status: 'closed', ended: { by: 'merged' } });
      const merge = listOf(
        await line.get(`/people/merges?personId=${String((await line.stay(stayId))['personId'])}`),
        'items',
      ).find(({ because }) => because === 'merge-message');
      remember(ok(await line.client.post(`/people/merges/${String(merge?.['mergeId'])}/revert`, {})));
      await app.settled();
      expect([await statusOf(first), await statusOf(second)]).toEqual(['referred', 'referred']);
    },
  );
});

describe('time', () => {
  it('is a 400 in the future, and where it is none', async () => {
    const ahead = new Date(Date.now() + 600_000).toISOString();
    for (const query of [
      `asOf=${ahead}`,
      `knownAt=${ahead}`,
      'asOf=yesterday',
      'asOf=2026-02-30T00:00:00Z',
      'status=none',
      'pathway=7',
      'unknown=1',
    ])
      expect([query, (await idt.get(`/board?${query}`)).status]).toEqual([query, 400]);
  });

  it('an entry counts from its occurredAt, to the instant, and from when it was known', async () => {
    const { caseId } = await inHospital();
    await done(caseId, 'pathway', { pathway: 1, reason: 'x', decidedBy: 'y', occurredAt: ago(5, 9) });
    const justBefore = new Date(Date.parse(ago(5, 9)) - 1).toISOString();
    expect(await row(caseId, `asOf=${ago(5, 9)}`)).toMatchObject({ pathway: 1, pathwayDecidedAt: ago(5, 9) });
    expect(await row(caseId, `asOf=${justBefore}`)).toMatchObject({ pathway: null, status: 'referred' });
    expect(await row(caseId, `asOf=${ago(9, 12)}`)).toMatchObject({ status: 'referred', losDays: 1 });
    expect(await row(caseId, `asOf=${new Date(Date.parse(ago(9, 12)) - 1).toISOString()}`)).toBeUndefined();
    const items = listOf(await line.get(`/cases/${caseId}/timeline`), 'items');
    const item = items.find(({ type }) => type === 'PathwayAssigned');
    const known = String(item?.['recordedAt']);
    expect(await row(caseId, `knownAt=${known}`)).toMatchObject({ pathway: 1 });
    expect(
      await row(caseId, `knownAt=${new Date(Date.parse(known) - 1).toISOString()}&asOf=${ago(4, 9)}`),
    ).toMatchObject({ pathway: null });
    const answer = ok(await line.get(`/board?knownAt=${known}`));
    expect([answer.json['asOf'], answer.json['knownAt']]).toEqual([known, known]);
  });

  it('a mark in error counts at every asOf, from its own recordedAt, in every state of a case', async () => {
    const { who, caseId } = await inHospital();
    await done(caseId, 'pathway', { pathway: 1, reason: 'x', decidedBy: 'y', occurredAt: ago(7, 9) });
    await done(caseId, 'pathway', { pathway: 0, reason: 'x', decidedBy: 'y', occurredAt: ago(6, 9) });
    const eventId = await entryOf(caseId, 'PathwayAssigned');
    await line.take(a03(who));
    expect(await statusOf(caseId)).toBe('discharged');
    const before = new Date().toISOString();
    await app.settled();
    expect((await command(caseId, `entries/${eventId}/mark-in-error`, {})).status).toBe(400);
    await done(caseId, `entries/${eventId}/mark-in-error`, { reason: 'Another person' });
    expect((await command(caseId, `entries/${eventId}/mark-in-error`, { reason: 'Again' })).status).toBe(409);
    expect((await command(caseId, 'entries/none/mark-in-error', { reason: 'x' })).status).toBe(404);
    expect(await row(caseId, `asOf=${ago(5, 9)}`)).toMatchObject({ pathway: 1 });
    expect(await row(caseId, `asOf=${ago(5, 9)}&knownAt=${before}`)).toMatchObject({ pathway: 0 });
    const items = listOf(await line.get(`/cases/${caseId}/timeline`), 'items');
    expect(items.filter(({ type }) => type === 'PathwayAssigned')).toHaveLength(2);
  });

  it('an A12 counts at every asOf from when it was recorded', async () => {
    const { who, caseId } = await inHospital();
    await line.take(message(who, 'A02', { at: ago(8, 9), place: 'OAK^2^B' }));
    expect(await row(caseId, `asOf=${ago(7, 9)}`)).toMatchObject({ ward: 'OAK', bed: 'B' });
    await app.settled();
    const before = new Date().toISOString();
    await line.take(message(who, 'A12', { at: ago(1, 9) }));
    expect(await row(caseId, `asOf=${ago(7, 9)}`)).toMatchObject({ ward: 'ELM', bed: 'A' });
    expect(await row(caseId, `asOf=${ago(7, 9)}&knownAt=${before}`)).toMatchObject({ ward: 'OAK', bed: 'B' });
  });

  it('days, ages and membership are as at asOf', async () => {
    const who = { ...somebody(), birthDate: addDays(addDays(today, -80 * 366), 0) };
    const stayId = await line.take(admit(who, { zu1: { 22: 'Y', 24: compact(addDays(today, -8)) } }));
    const caseId = ok(await refer(who)).text('caseId');
    expect(await row(caseId, `asOf=${ago(5, 0)}`)).toMatchObject({ stayId, losDays: 5, daysSinceReady: 3 });
    expect(await row(caseId, `asOf=${new Date(Date.parse(ago(5, 0)) - 1).toISOString()}`)).toMatchObject({
      losDays: 4,
      daysSinceReady: 2,
    });
    expect(await row(caseId)).toMatchObject({ losDays: 10, daysSinceReady: 8, dischargeReadyDate: addDays(today, -8) });
  });
});

describe('reading', () => {
  it('the row has every field of the page, and the board filters', async () => {
    const { caseId, stayId } = await inHospital();
    const one = await row(caseId);
    expect(Object.keys(one ?? {})).toEqual(
      expect.arrayContaining(
        'caseId stayId personId name nhsNumber age hospital ward bed homeAuthority status losDays criteriaToReside dischargeReadyDate daysSinceReady pathway pathwayDecidedAt expectedDischargeDate slips delays owner nextAction brokerage flags rag ragReason updatedAt'.split(
          ' ',
        ),
      ),
    );
    expect(one).toMatchObject({
      stayId,
      status: 'referred',
      criteriaToReside: null,
      delays: [],
      owner: null,
      nextAction: null,
      brokerage: null,
    });
    await done(caseId, 'pathway', { pathway: 2, whyNotHome: 'x', reason: 'x', decidedBy: 'y' });
    for (const [query, there] of [
      ['hospital=RAL&ward=ELM&pathway=2&authority=Barnet', true],
      ['hospital=RF2', false],
      ['ward=OAK', false],
      ['pathway=1', false],
      ['authority=Camden', false],
      ['status=active', true],
      ['status=referred', false],
    ] as const)
      expect([query, (await row(caseId, query)) !== undefined]).toEqual([query, there]);
    const answer = ok(await line.get('/board'));
    expect(answer.json).toMatchObject({
      asOf: expect.any(String) as unknown,
      knownAt: expect.any(String) as unknown,
      position: expect.stringMatching(/^\d+$/) as unknown,
    });
    const found = await theCase(caseId);
    for (const field of ['person', 'needs', 'histories', 'actions', 'escalations', 'requests', 'episodes', 'check'])
      expect(found).toHaveProperty(field);
    expect(found['person']).toMatchObject({
      familyName: expect.stringMatching(/^Test/) as unknown,
      birthDate: '1941-03-04',
    });
    expect((await line.get('/cases/none')).status).toBe(404);
    expect((await line.get('/cases/none/timeline')).status).toBe(404);
  });

  it('changes since an instant, a position and the last huddle, not including it', async () => {
    const { caseId } = await inHospital();
    const started = remember(ok(await idt.post('/huddles', { hospital: 'RAL' })));
    expect(started.status).toBe(201);
    const huddleId = started.text('huddleId');
    expect(
      remember(await idt.post(`/huddles/${huddleId}/reviews`, { caseId, decision: 'Chase therapy', note: 'n' })).status,
    ).toBeLessThan(300);
    const finished = remember(ok(await idt.post(`/huddles/${huddleId}/finish`, {})));
    expect(ok(await line.get(`/huddles/${huddleId}`)).json).toMatchObject({
      startedAt: expect.any(String) as unknown,
      finishedAt: expect.any(String) as unknown,
      reviews: [{ caseId, decision: 'Chase therapy' }],
    });
    const changed = async (since: string): Promise<unknown[]> =>
      listOf(await line.get(`/board/changes?since=${since}`), 'items').map((one) => one['caseId']);
    expect(await changed('last-huddle')).toEqual([]);
    expect(await changed(finished.text('position'))).toEqual([]);
    const made = await done(caseId, 'accept');
    for (const since of ['last-huddle', finished.text('position')]) expect(await changed(since)).toEqual([caseId]);
    expect(await changed(made.text('position'))).toEqual([]);
    const at = String((await theCase(caseId))['updatedAt']);
    expect(await changed(at)).toEqual([]);
    expect(await changed(new Date(Date.parse(at) - 1).toISOString())).toContain(caseId);
    for (const since of ['', 'x', '-1']) expect((await line.get(`/board/changes?since=${since}`)).status).toBe(400);
  });
});

it('delays of a case are ended by discharge', async () => {
  const { who, caseId } = await inHospital();
  await done(caseId, 'delays', { reason: 'HP1', occurredAt: ago(5, 9) });
  await line.take(a03(who));
  expect((await row(caseId, 'status=discharged'))?.['delays']).toEqual([]);
});

const mark = async (caseId: string, type: string): Promise<ApiAnswer> =>
  done(caseId, `entries/${await entryOf(caseId, type)}/mark-in-error`, { reason: 'x' });
const day = (n: number): string => addDays(today, -n);

it('a mark takes back an entry of any kind; a mark of the mark gives it back', async () => {
  const one = await inHospital();
  await done(one.caseId, 'discharge', { destinationCode: '19', occurredAt: ago(2, 9) });
  await mark(one.caseId, 'CaseDischarged');
  expect(await statusOf(one.caseId)).toBe('referred');
  const two = await inHospital();
  await done(two.caseId, 'close', { reason: 'x' });
  await mark(two.caseId, 'CaseClosed');
  expect(await statusOf(two.caseId)).toBe('referred');
  const three = await inHospital();
  await done(three.caseId, 'withdraw', { reason: 'x' });
  await mark(three.caseId, 'ReferralWithdrawn');
  expect(await statusOf(three.caseId)).toBe('referred');
  await done(three.caseId, 'accept');
  await mark(three.caseId, 'CaseAccepted');
  expect(await statusOf(three.caseId)).toBe('referred');
  await done(three.caseId, 'pause', { reason: 'x' });
  await mark(three.caseId, 'CasePaused');
  expect(await statusOf(three.caseId)).toBe('referred');
  const delayId = (await done(three.caseId, 'delays', { reason: 'HP1', occurredAt: ago(5, 9) })).text('delayId');
  expect(await statusOf(three.caseId)).toBe('active');
  await done(three.caseId, `delays/${delayId}/end`, { occurredAt: ago(3, 9) });
  await mark(three.caseId, 'DelayEnded');
  expect((await row(three.caseId))?.['delays']).toHaveLength(1);
  await mark(three.caseId, 'DelayStarted');
  expect(await row(three.caseId)).toMatchObject({ delays: [], status: 'referred' });
  await done(three.caseId, 'expected-discharge-date', { date: day(2), occurredAt: ago(8, 9) });
  await done(three.caseId, 'expected-discharge-date', { date: day(1), occurredAt: ago(7, 9) });
  expect(await row(three.caseId)).toMatchObject({ slips: 1, expectedDischargeDate: day(1) });
  await mark(three.caseId, 'ExpectedDischargeDateChanged');
  expect(await row(three.caseId)).toMatchObject({ slips: 0, expectedDischargeDate: day(2) });
  await mark(three.caseId, 'EntryMarkedInError');
  expect(await row(three.caseId)).toMatchObject({ slips: 1, expectedDischargeDate: day(1) });
  await done(three.caseId, 'assign', { worker: 'idt' });
  await mark(three.caseId, 'CaseWorkerAssigned');
  expect(await row(three.caseId)).toMatchObject({ owner: null });
  await done(three.caseId, 'actions', { what: 'x', owner: { organisation: 'B' }, due: today });
  await mark(three.caseId, 'ActionRaised');
  expect(await row(three.caseId)).toMatchObject({ nextAction: null, status: 'referred' });
  await done(three.caseId, 'criteria-to-reside', { meets: false, assessor: 'Dr', occurredAt: ago(6, 9) });
  await done(three.caseId, 'criteria-to-reside', { meets: true, assessor: 'Dr', occurredAt: ago(5, 9) });
  expect(await statusOf(three.caseId)).toBe('paused');
  await mark(three.caseId, 'CriteriaToResideRecorded');
  expect(await row(three.caseId)).toMatchObject({
    status: 'referred',
    criteriaToReside: { meets: false, since: ago(6, 9) },
  });
  expect(await line.stay(three.stayId)).toMatchObject({ criteriaToReside: { meets: false, since: ago(6, 9) } });
  expect(await row(three.caseId, `asOf=${ago(4, 9)}`)).toMatchObject({ criteriaToReside: { meets: false } });
});

it('a mark of a mark on criteria shows on the stay too', async () => {
  const { caseId, stayId } = await inHospital();
  await done(caseId, 'criteria-to-reside', { meets: false, assessor: 'Dr', occurredAt: ago(6, 9) });
  await mark(caseId, 'CriteriaToResideRecorded');
  expect(await line.stay(stayId)).toMatchObject({ criteriaToReside: null });
  await mark(caseId, 'EntryMarkedInError');
  expect(await line.stay(stayId)).toMatchObject({ criteriaToReside: { meets: false } });
  expect(await row(caseId)).toMatchObject({ criteriaToReside: { meets: false } });
});

it('a discharge by hand falls when the ward cancels its own', async () => {
  const { who, caseId } = await inHospital();
  await done(caseId, 'discharge', { destinationCode: '54', occurredAt: ago(4, 9) });
  await line.take(a03(who, { at: ago(2, 9) }));
  await line.take(message(who, 'A13', { at: ago(1, 9) }));
  expect(await statusOf(caseId)).toBe('referred');
});

it('a stay heard of after a discharge by hand overrides it too', async () => {
  const who = somebody();
  const caseId = ok(await refer(who)).text('caseId');
  await done(caseId, 'discharge', { destinationCode: '19', occurredAt: ago(4, 9) });
  await line.take(admit(who));
  await line.take(a03(who, { at: ago(2, 9) }));
  expect(await theCase(caseId)).toMatchObject({ status: 'discharged', ended: { by: 'ward', at: ago(2, 9) } });
});

it('withdrawn by hand stays withdrawn, whatever the ward says', async () => {
  const { who, caseId } = await inHospital();
  await done(caseId, 'withdraw', { reason: 'x' });
  await line.take(
    a03(who),
    message(who, 'A13', { at: ago(2, 9) }),
    message(who, 'A11', { at: ago(1, 9) }),
    admit(who, { at: ago(10, 9), rec: ago(1, 10) }),
  );
  expect(await statusOf(caseId)).toBe('withdrawn');
  const again = ok(await refer(who, { occurredAt: ago(9, 14) }));
  expect(await statusOf(again.text('caseId'))).toBe('referred');
});

it('every instant shows what was true then, as known at every other', async () => {
  const { who, caseId } = await inHospital();
  await app.settled();
  const t0 = new Date().toISOString();
  await line.take(a03(who));
  await app.settled();
  const t1 = new Date().toISOString();
  await line.take(message(who, 'A13', { at: ago(2, 9) }));
  await app.settled();
  const t2 = new Date().toISOString();
  await line.take(a03(who, { at: ago(1, 9), pv1: { 36: '54' } }));
  await app.settled();
  const at = async (asOf: string, knownAt: string): Promise<unknown> =>
    (await theCase(caseId, `asOf=${asOf}&knownAt=${knownAt}`))['status'];
  expect(await at(ago(3, 15), t0)).toBe('referred');
  expect(await at(ago(3, 15), t1)).toBe('discharged');
  expect(await at(ago(3, 13), t1)).toBe('referred');
  expect(await at(ago(3, 15), t2)).toBe('referred');
  expect(await at(ago(1, 10), t2)).toBe('referred');
  expect(await at(ago(1, 10), new Date().toISOString())).toBe('discharged');
  expect(await at(ago(3, 15), new Date().toISOString())).toBe('referred');
  expect(await row(caseId, `knownAt=${t2}`)).toMatchObject({ status: 'referred' });
  expect(await row(caseId, `knownAt=${t1}`)).toBeUndefined();
  // voided and reinstated
  await line.take(message(who, 'A11', { at: ago(0) }));
  await app.settled();
  const t3 = new Date().toISOString();
  expect(await at(ago(5, 9), t3)).toBe('withdrawn');
  expect(await at(ago(5, 9), t2)).toBe('referred');
});

it('an anticipated delay begins when criteria stop being met, and ends when they are met again', async () => {
  const { who, caseId } = await inHospital();
  await done(caseId, 'delays', { reason: 'CAP1', anticipated: true, occurredAt: ago(8, 9) });
  expect(await row(caseId)).toMatchObject({ delays: [], status: 'active' });
  await line.take(message(who, 'A08', { at: ago(6, 9), zu1: { 22: 'Y', 24: compact(day(6)) } }));
  expect(await row(caseId)).toMatchObject({ delays: [{ reason: 'CAP1', since: ago(6, 0), days: 6 }] });
  await line.take(message(who, 'A08', { at: ago(4, 9), zu1: { 22: 'N' } }));
  expect(await row(caseId)).toMatchObject({ delays: [], status: 'paused' });
  expect(await row(caseId, `asOf=${ago(5, 9)}`)).toMatchObject({ delays: [{ days: 1 }] });
  const met = await inHospital();
  await line.take(message(met.who, 'A08', { at: ago(9, 9), zu1: { 22: 'N' } }));
  expect((await command(met.caseId, 'delays', { reason: 'HP1' })).status).toBe(409);
  expect((await command(met.caseId, 'delays', { reason: 'HP1', anticipated: true })).status).toBe(201);
});

it('many commands at once on one case all get through; the same delay begins once', async () => {
  const { caseId } = await inHospital();
  const action = (n: number): Json => ({ what: String(n), owner: { organisation: 'B' }, due: today });
  const actions = await Promise.all(
    Array.from({ length: 12 }, (_, n) => idt.post(`/cases/${caseId}/actions`, action(n))),
  );
  expect(actions.map(({ status }) => status)).toEqual(Array<number>(12).fill(201));
  const delays = await Promise.all(
    Array.from({ length: 6 }, () => idt.post(`/cases/${caseId}/delays`, { reason: 'HP1', occurredAt: ago(2, 9) })),
  );
  expect(delays.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409, 409, 409]);
});

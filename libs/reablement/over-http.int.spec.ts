import { newId } from '#libs/platform/ids.js';
import type { ApiAnswer, ApiClient } from '../../test/support/api-client.js';
import { begun, itemsOf, ReablementSetting, type Json } from '../../test/support/reablement.js';

let setting: ReablementSetting;
let reablement: ApiClient;
let home: Awaited<ReturnType<ReablementSetting['homePerson']>>;
let episodeId: string;

beforeAll(async () => {
  setting = await ReablementSetting.open();
  reablement = await setting.api();
  home = await setting.homePerson();
  episodeId = (await reablement.post('/reablement-episodes', { ...begun, caseId: home.caseId })).text('episodeId');
  await setting.app.settled();
}, 60_000);
afterAll(async () => setting?.close(), 30_000);

const codeOf = ({ status, json }: ApiAnswer): readonly unknown[] => [status, json['code']];
const fieldsOf = ({ json }: ApiAnswer): readonly string[] =>
  ((json['errors'] ?? []) as readonly { field: string; message: string }[]).map(({ field, message }) => {
    expect(message).not.toBe('');
    return field;
  });

describe('an episode', () => {
  it('answers 201 with its id, then shows what was recorded', async () => {
    const made = await reablement.post('/reablement-episodes', {
      ...begun,
      caseId: home.caseId,
      inLongTermSupport: true,
    });
    expect(made.status).toBe(201);
    const id = made.text('episodeId');
    expect(made.json).toMatchObject({ id, episodeId: id, revision: 0 });
    expect([made.headers.get('etag'), made.text('position')]).toEqual(['"0"', expect.stringMatching(/^[1-9]\d*$/)]);
    const goal = await reablement.post(`/reablement-episodes/${id}/goals`, {
      goal: 'Walk to the shop',
      target: 'Alone',
    });
    expect([goal.status, goal.headers.get('etag')]).toEqual([201, '"1"']);
    const path = `/reablement-episodes/${id}`;
    const review = await reablement.post(`${path}/goals/${goal.text('goalId')}/reviews`, {
      progress: 'With a stick',
      met: false,
    });
    const hours = await reablement.post(`${path}/hours`, { weekStarting: '2026-03-02', hours: 9.5 });
    const again = await reablement.post(`${path}/hours`, { weekStarting: '2026-03-02', hours: 8 });
    const changed = await reablement.post(`${path}/reviews`, { note: 'Doing well', hoursPerWeek: 6 });
    const ended = await reablement.post(`${path}/end`, { endedOn: '2026-04-10', outcome: 'independent' });
    expect([review, hours, again, changed, ended].map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    const shown = await reablement.get(`${path}?waitFor=${ended.text('position')}`);
    expect(shown.json).toMatchObject({
      episodeId: id,
      caseId: home.caseId,
      status: 'ended',
      endedOn: '2026-04-10',
      outcome: 'independent',
      hoursPerWeek: 6,
      inLongTermSupport: true,
      name: 'Ada Testpatient',
      goals: [{ goal: 'Walk to the shop', target: 'Alone', reviews: [{ progress: 'With a stick', met: false }] }],
      hours: [{ weekStarting: '2026-03-02', hours: 8 }],
      reviews: [{ note: 'Doing well', hoursPerWeek: 6 }],
      revision: 6,
    });
    for (const [what, body] of [
      ['goals', { goal: 'More' }],
      ['hours', { weekStarting: '2026-03-02', hours: 1 }],
      ['reviews', {}],
      ['end', { endedOn: '2026-04-10', outcome: 'independent' }],
    ] as const)
      expect(codeOf(await reablement.post(`${path}/${what}`, body))).toEqual([409, 'episode.ended']);
  });

  it('is taken beside another that is open', async () => {
    const [first, second] = await Promise.all(
      [1, 2].map(() => reablement.post('/reablement-episodes', { ...begun, caseId: home.caseId })),
    );
    expect([first?.status, second?.status]).toEqual([201, 201]);
    expect(first?.text('episodeId')).not.toBe(second?.text('episodeId'));
  });

  it('keeps no free text in the clear', async () => {
    await reablement.post(`/reablement-episodes/${episodeId}/goals`, { goal: 'Feed the cat Marmalade' });
    await setting.app.settled();
    const { rows } = await setting.app.pool.query<{ n: string }>(
      `SELECT (SELECT count(*) FROM reablement.subjects_v5 WHERE row::text LIKE '%Marmalade%') AS n`,
    );
    const events = await setting.app.store.readStream(`reablement-${episodeId}`);
    expect([rows[0]?.n, JSON.stringify(events).includes('Marmalade')]).toEqual(['0', false]);
  });

  it.each([
    ['no body', {}, ['caseId', 'providerId', 'startedOn', 'plannedWeeks', 'hoursPerWeek', 'assessorType']],
    ['seven weeks', { plannedWeeks: 7 }, ['plannedWeeks']],
    ['no weeks', { plannedWeeks: 0 }, ['plannedWeeks']],
    ['half a week', { plannedWeeks: 1.5 }, ['plannedWeeks']],
    ['weeks as text', { plannedWeeks: '6' }, ['plannedWeeks']],
    ['hours below 0', { hoursPerWeek: -1 }, ['hoursPerWeek']],
    ['more hours than a week has', { hoursPerWeek: 169 }, ['hoursPerWeek']],
    ['a day that is none', { startedOn: '2026-02-30' }, ['startedOn']],
    ['a day to come', { startedOn: '2026-06-02' }, ['startedOn']],
    ['an unknown assessor', { assessorType: 'gp' }, ['assessorType']],
    ['an id that is none', { caseId: 'a b' }, ['caseId']],
    ['a field that is none', { surprise: 1 }, ['surprise']],
    ['a flag that is none', { inLongTermSupport: 'yes' }, ['inLongTermSupport']],
  ])('with %s is a 400 that names the fields', async (_, over, fields) => {
    const body =
      Object.keys(over).length === 0 ? {} : { ...begun, caseId: home.caseId, inLongTermSupport: false, ...over };
    const answer = await reablement.post('/reablement-episodes', body);
    expect([answer.status, fieldsOf(answer)]).toEqual([400, fields]);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it('does not end before it began, nor in the days to come', async () => {
    const end = (endedOn: string) =>
      reablement.post(`/reablement-episodes/${episodeId}/end`, { endedOn, outcome: 'other' });
    expect(codeOf(await end('2026-03-02'))).toEqual([409, 'episode.end-before-start']);
    const ahead = await end('2026-06-02');
    expect([ahead.status, fieldsOf(ahead)]).toEqual([400, ['endedOn']]);
  });
});

describe('what is not there', () => {
  it('is a 404', async () => {
    const none = newId();
    const outcome = { status: 'own-home', decidedBy: 'Lead' };
    const attempt = { at: '2026-05-30T10:00:00Z', channel: 'phone', result: 'no-answer' };
    const answers = await Promise.all([
      reablement.post('/reablement-episodes', { ...begun, caseId: none }),
      reablement.get(`/reablement-episodes/${none}`),
      reablement.post(`/reablement-episodes/${none}/goals`, { goal: 'x' }),
      reablement.post(`/reablement-episodes/${none}/goals/${none}/reviews`, { progress: 'x' }),
      reablement.post(`/reablement-episodes/${episodeId}/goals/${none}/reviews`, { progress: 'x' }),
      reablement.post(`/reablement-episodes/${none}/hours`, { weekStarting: '2026-03-02', hours: 1 }),
      reablement.post(`/reablement-episodes/${none}/reviews`, {}),
      reablement.post(`/reablement-episodes/${none}/end`, { endedOn: '2026-04-10', outcome: 'other' }),
      reablement.get(`/day-91-checks/${none}`),
      reablement.post(`/day-91-checks/${none}/attempts`, attempt),
      reablement.post(`/day-91-checks/${none}/evidence`, { kind: 'other', source: 'other', date: '2026-05-30' }),
      reablement.post(`/day-91-checks/${none}/outcome`, outcome),
      reablement.post(`/day-91-checks/${none}/reopen`, { reason: 'x' }),
      reablement.get(`/day-91-checks/..%2f${none}`),
      reablement.get(`/day-91-checks/%00`),
    ]);
    expect(answers.map(({ status }) => status).slice(0, -2)).toEqual(Array.from({ length: 13 }, () => 404));
    for (const answer of answers.slice(-2)) expect([400, 404]).toContain(answer.status);
  });
});

describe('a check', () => {
  it('takes attempts and evidence that are in the codes and not ahead of the clock', async () => {
    const path = `/day-91-checks/${home.checkId}`;
    const attempt = { at: '2026-05-30T10:00:00Z', channel: 'phone', result: 'no-answer' };
    expect((await reablement.post(`${path}/attempts`, attempt)).status).toBe(200);
    const evidence = { kind: 'seen-at-home', source: 'provider', date: '2026-05-30' };
    const made = await reablement.post(`${path}/evidence`, evidence);
    expect([made.status, typeof made.json['evidenceId']]).toEqual([201, 'string']);
    for (const [what, body, field] of [
      ['attempts', { ...attempt, at: '2026-06-01T10:06:00Z' }, 'at'],
      ['attempts', { ...attempt, at: '2026-05-30T10:00:00' }, 'at'],
      ['attempts', { ...attempt, channel: 'pigeon' }, 'channel'],
      ['attempts', { ...attempt, result: 'fine' }, 'result'],
      ['evidence', { ...evidence, date: '2026-06-02' }, 'date'],
      ['evidence', { ...evidence, kind: 'rumour' }, 'kind'],
      ['evidence', { ...evidence, source: 'rumour' }, 'source'],
      ['outcome', { status: 'gone', decidedBy: 'Lead' }, 'status'],
      ['outcome', { status: 'own-home', decidedBy: ' ' }, 'decidedBy'],
      ['outcome', { status: 'own-home', decidedBy: 'Lead', evidenceIds: ['none'] }, 'evidenceIds'],
      ['outcome', { status: 'own-home', decidedBy: 'Lead', occurredAt: '2026-06-01T10:06:00Z' }, 'occurredAt'],
      ['reopen', {}, 'reason'],
    ] as const) {
      const answer = await reablement.post(`${path}/${what}`, body);
      expect([what, answer.status, fieldsOf(answer)]).toEqual([what, 400, [field]]);
    }
    expect(await setting.check(home.caseId)).toMatchObject({
      state: 'awaiting-confirmation',
      attempts: [{ channel: 'phone', result: 'no-answer' }],
      evidence: [{ kind: 'seen-at-home', source: 'provider', date: '2026-05-30' }],
    });
  });

  it('is called not contactable only after three attempts, and needs other evidence then', async () => {
    const { caseId, checkId } = await setting.homePerson();
    await setting.app.settled();
    const path = `/day-91-checks/${checkId}`;
    const give = () => reablement.post(`${path}/outcome`, { status: 'not-contactable', decidedBy: 'Lead' });
    for (const [index, channel] of ['phone', 'letter', 'visit'].entries()) {
      expect([index, ...codeOf(await give())]).toEqual([index, 409, 'check.attempts-needed']);
      await reablement.post(`${path}/attempts`, {
        at: `2026-05-2${String(index)}T10:00:00Z`,
        channel,
        result: 'no-answer',
      });
    }
    expect(await setting.check(caseId)).toMatchObject({ state: 'needs-evidence' });
    expect((await give()).status).toBe(200);
    expect(codeOf(await give())).toEqual([409, 'check.done']);
    expect((await reablement.post(`${path}/reopen`, { reason: 'Rang back' })).status).toBe(200);
    expect(codeOf(await reablement.post(`${path}/reopen`, { reason: 'Rang back' }))).toEqual([409, 'check.not-done']);
    expect(await setting.check(caseId)).toMatchObject({ state: 'needs-evidence', outcome: null, reopened: 1 });
  });

  // Discharged on 7 January, the clocks go forward on 29 March: day 84 is 1 April, day 91 is 8 April, day 105 is 22 April.
  it.each([
    ['2026-03-31T22:59:59.000Z', 'scheduled', 83],
    ['2026-03-31T23:00:00.000Z', 'due', 84],
    ['2026-04-08T22:59:59.000Z', 'due', 91],
    ['2026-04-08T23:00:00.000Z', 'overdue', 92],
    ['2026-04-22T22:59:59.000Z', 'overdue', 105],
    ['2026-04-22T23:00:00.000Z', 'overdue', 106],
  ])('is at %s %s, on day %d, and takes an answer from day 84', async (now, state, day) => {
    const before = setting.clock.at;
    const { caseId, checkId } = await setting.homePerson({ dischargedAt: '2026-01-07T23:30:00.000Z' });
    await setting.app.settled();
    setting.clock.at = now;
    try {
      expect(await setting.check(caseId)).toMatchObject({
        state,
        day,
        dischargedOn: '2026-01-07',
        dueOn: '2026-04-08',
        window: { from: '2026-04-01', to: '2026-04-22' },
      });
      const body = { status: 'own-home', decidedBy: 'Lead' };
      const answer = await (await setting.api()).post(`/day-91-checks/${checkId}/outcome`, body);
      expect(codeOf(answer)).toEqual(day < 84 ? [409, 'check.too-early'] : [200, undefined]);
    } finally {
      setting.clock.at = before;
    }
  });
});

describe('who may', () => {
  it.each([
    ['idt', 200, 403],
    ['reablement', 200, 400],
    ['ward', 403, 403],
    ['broker', 403, 403],
    ['provider', 403, 403],
    ['analyst', 403, 403],
  ])('%s: reading answers %d, an empty command %d', async (user, read, command) => {
    const client = await setting.api(user);
    const reads = await Promise.all(
      [
        '/reablement-episodes',
        `/reablement-episodes/${episodeId}`,
        '/day-91-checks',
        `/day-91-checks/${home.checkId}`,
      ].map((path) => client.get(path)),
    );
    expect(reads.map(({ status }) => status)).toEqual([read, read, read, read]);
    const commands = await Promise.all(
      [
        '/reablement-episodes',
        ...['goals', 'hours', 'end'].map((what) => `/reablement-episodes/${episodeId}/${what}`),
        ...['attempts', 'evidence', 'outcome', 'reopen'].map((what) => `/day-91-checks/${home.checkId}/${what}`),
      ].map((path) => client.post(path, {})),
    );
    expect(commands.map(({ status }) => status)).toEqual(commands.map(() => command));
  });

  it('nobody who is not signed in', async () => {
    const nobody = await setting.app.api();
    expect((await nobody.get('/day-91-checks')).status).toBe(401);
    expect((await nobody.post(`/day-91-checks/${home.checkId}/reopen`, { reason: 'x' })).status).toBe(401);
  });
});

describe('the ways of the API', () => {
  it('lists in pages that hold each check once', async () => {
    for (let count = 0; count < 5; count += 1) await setting.homePerson();
    await setting.app.settled();
    const all = itemsOf(await reablement.get('/day-91-checks?limit=500')).map(({ checkId }) => checkId);
    const seen: unknown[] = [];
    let cursor = '';
    for (;;) {
      const page = await reablement.get(`/day-91-checks?limit=2${cursor}`);
      seen.push(...itemsOf(page).map(({ checkId }) => checkId));
      if (page.json['nextCursor'] === null) break;
      cursor = `&cursor=${page.text('nextCursor')}`;
    }
    expect(seen).toEqual(all);
    expect(new Set(all).size).toBe(all.length);
    for (const bad of ['limit=0', 'limit=501', 'limit=x', 'cursor=x', 'state=late', 'cohort=mine', 'surprise=1'])
      expect([bad, (await reablement.get(`/day-91-checks?${bad}`)).status]).toEqual([bad, 400]);
  });

  it('filters by state and cohort', async () => {
    const states = ['scheduled', 'due', 'overdue', 'needs-evidence', 'awaiting-confirmation', 'done'];
    const all = itemsOf(await reablement.get('/day-91-checks?limit=500'));
    let found = 0;
    for (const state of states) {
      const items: readonly Json[] = itemsOf(await reablement.get(`/day-91-checks?limit=500&state=${state}`));
      expect(items.every((item) => item['state'] === state)).toBe(true);
      found += items.length;
    }
    expect(found).toBe(all.length);
    expect(itemsOf(await reablement.get('/day-91-checks?limit=500&cohort=2b-classic')).length).toBeGreaterThan(0);
    const own = itemsOf(await reablement.get(`/reablement-episodes?caseId=${home.caseId}&limit=500`));
    expect(own.length).toBeGreaterThan(0);
    expect(own.every(({ caseId }) => caseId === home.caseId)).toBe(true);
  });

  it('refuses what is stale, and answers a repeat with a key as it answered the first', async () => {
    const path = `/reablement-episodes/${episodeId}/goals`;
    const first = await reablement.post(path, { goal: 'Cook' }, { 'idempotency-key': 'k-1' });
    const repeat = await reablement.post(path, { goal: 'Cook' }, { 'idempotency-key': 'k-1' });
    expect([repeat.status, repeat.json]).toEqual([201, first.json]);
    expect((await reablement.post(path, { goal: 'Bake' }, { 'idempotency-key': 'k-1' })).status).toBe(422);
    const etag = first.headers.get('etag') ?? '';
    expect((await reablement.post(path, { goal: 'Shop' }, { 'if-match': etag })).status).toBe(201);
    expect((await reablement.post(path, { goal: 'Garden' }, { 'if-match': etag })).status).toBe(412);
    const goals = (await setting.episode(episodeId))['goals'] as Json[];
    expect(goals.map(({ goal }) => goal)).toEqual(expect.arrayContaining(['Cook', 'Shop']));
    expect(goals.filter(({ goal }) => goal === 'Cook')).toHaveLength(1);
    expect(goals.some(({ goal }) => goal === 'Garden')).toBe(false);
    const begin = (key: string) =>
      reablement.post('/reablement-episodes', { ...begun, caseId: home.caseId }, { 'idempotency-key': key });
    const both = await Promise.all([begin('k-2'), begin('k-2'), begin('k-2')]);
    expect(new Set(both.filter(({ status }) => status === 201).map((answer) => answer.text('episodeId'))).size).toBe(1);
  });

  it('waits for a position, and says so when it does not come', async () => {
    expect((await reablement.get('/day-91-checks?waitFor=x')).status).toBe(400);
    const ahead = await reablement.get(
      `/day-91-checks?waitFor=${String(BigInt(await setting.app.store.head()) + 1000n)}`,
    );
    expect([ahead.status, ahead.headers.has('retry-after')]).toEqual([503, true]);
  }, 20_000);
});

describe('starts expected within two days of going home on pathway 1', () => {
  const expected = async (caseId: string): Promise<Json | undefined> => {
    await setting.app.settled();
    return itemsOf(await reablement.get('/reablement-episodes/expected')).find((one) => one['caseId'] === caseId);
  };
  const goesHome = async () => {
    const person = await setting.awardedPerson();
    const data = {
      pathway: 1,
      reason: 'home first',
      whyNotHome: null,
      returningCareHomeResident: false,
      decidedBy: 'hub',
      guidanceVersion: '2024-01',
    };
    await setting.onCase(person.caseId, person.personId, { type: 'PathwayAssigned', data });
    await setting.discharge(person.caseId, person.personId, { dischargedAt: '2026-05-28T10:00:00.000Z' });
    return person;
  };

  it('are overdue from the third day, until the team or the provider tells of the start, or the person dies', async () => {
    const [team, provider, dead] = [await goesHome(), await goesHome(), await goesHome()];
    expect(await expected(team.caseId)).toMatchObject({
      dischargedOn: '2026-05-28',
      expectedBy: '2026-05-30',
      overdueDays: 2,
    });
    await reablement.post('/reablement-episodes', { ...begun, caseId: team.caseId, startedOn: '2026-05-29' });
    const started = { offerId: 'offer-1', providerId: 'prov-a', startedOn: '2026-05-29' };
    await setting.say(`request-${provider.requestId}`, 'PlacementStarted', started, provider.personId);
    await setting.died(dead.personId, '2026-05-30T10:00:00.000Z');
    for (const { caseId } of [team, provider, dead]) expect(await expected(caseId)).toBeUndefined();
  });
});

import { makeTestNumber } from '#libs/nhs/index.js';
import { PeopleDirectory } from '#libs/people/port.js';
import { startTestApp, type TestApp } from '../../../test/support/app.js';
import type { ApiClient } from '../../../test/support/api-client.js';
import { startTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { dischargeAlone } from '../testing/discharge-app.js';
import { referralBody, wardNews } from '../testing/ward-news.js';
import { LiveBoard } from './live-board.js';
import { openStream } from './testing/event-stream.js';

const module = dischargeAlone;

let database: TestDatabase;
let app: TestApp;
let other: TestApp;
let idt: ApiClient;
let ward: ApiClient;
let sequence = 7000;

beforeAll(async () => {
  database = await startTestDatabase();
  app = await startTestApp({ module, database });
  other = await startTestApp({ module, database });
  [idt, ward] = [await app.api('idt'), await app.api('ward')];
}, 60_000);
afterAll(async () => {
  await app.stop();
  await other.stop();
  await database.stop();
});

const feed = { correlationId: 's', actor: { id: 'f', role: 'feed', organisation: 'RAL' }, source: 'mllp' };
const ago = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();
const admittedAt = ago(240);

interface Patient {
  readonly nhsNumber: string;
  readonly stay: { readonly stayId: string; readonly personId: string; readonly admittedAt: string };
}
const inBed = async (over: Record<string, unknown> = {}): Promise<Patient> => {
  const nhsNumber = makeTestNumber((sequence += 1));
  const { personId } = await app
    .get(PeopleDirectory)
    .identify([{ kind: 'nhs-number', value: nhsNumber, verified: true }], feed, admittedAt);
  const locations = [{ ward: 'LARCH', room: '1', bed: 'A', from: admittedAt }];
  const stay = { stayId: `stay-${nhsNumber}`, personId, admittedAt, locations, ...over };
  await wardNews(app.store)('PatientAdmitted', stay, admittedAt);
  return { nhsNumber, stay };
};
const refer = async (patient: Patient, over: Record<string, unknown> = {}): Promise<string> => {
  const answer = await idt.post('/cases', referralBody(patient.nhsNumber, { occurredAt: ago(200), ...over }));
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.text('caseId');
};
const must = async (answer: Promise<Awaited<ReturnType<ApiClient['post']>>>) => {
  const got = await answer;
  if (got.status >= 300) throw new Error(`${String(got.status)} ${JSON.stringify(got.body)}`);
  return got;
};
type Json = Readonly<Record<string, unknown>>;
const listIn = (value: unknown): readonly Json[] => (Array.isArray(value) ? value : []);
const rowOf = async (caseId: string, query = '', client = idt): Promise<Json | undefined> => {
  await app.settled();
  const answer = await must(client.get(`/board${query}`));
  return listIn(answer.json['rows']).find((row) => row['caseId'] === caseId);
};

describe('the board over HTTP', () => {
  it('shows a case with the name put to it, in the shape of api.md', async () => {
    const patient = await inBed();
    const caseId = await refer(patient, { expectedDischargeDate: '2026-12-01' });
    await must(idt.post(`/cases/${caseId}/assign`, { worker: 'idt' }));
    await must(
      idt.post(`/cases/${caseId}/criteria-to-reside`, { meets: false, assessor: 'Dr A', occurredAt: ago(100) }),
    );
    await must(idt.post(`/cases/${caseId}/pathway`, { pathway: 1, reason: 'Help at home', decidedBy: 'MDT' }));
    const { json: delay } = await must(idt.post(`/cases/${caseId}/delays`, { reason: 'CAP1', occurredAt: ago(50) }));
    await must(
      idt.post(`/cases/${caseId}/actions`, {
        what: 'Ring the daughter',
        owner: { organisation: 'council', person: 'Sam' },
        due: '2027-01-01',
      }),
    );
    const row = await rowOf(caseId);
    expect(row).toMatchObject({
      caseId,
      stayId: patient.stay.stayId,
      personId: patient.stay.personId,
      name: 'TESTPATIENT, Ada',
      nhsNumber: patient.nhsNumber,
      hospital: 'RAL',
      ward: 'LARCH',
      bed: 'A',
      homeAuthority: 'Barnet',
      status: 'active',
      criteriaToReside: { meets: false, since: expect.any(String) },
      pathway: 1,
      expectedDischargeDate: '2026-12-01',
      slips: 0,
      delays: [
        {
          delayId: delay['delayId'],
          reason: 'CAP1',
          owner: 'council',
          since: expect.any(String),
          days: expect.any(Number),
        },
      ],
      owner: { organisation: expect.any(String), person: 'idt' },
      nextAction: { what: 'Ring the daughter', owner: { organisation: 'council', person: 'Sam' }, due: '2027-01-01' },
      brokerage: null,
      flags: ['dementia'],
      rag: 'red',
      ragReason: 'Criteria not met for over 48 hours',
    });
    expect(row?.['losDays']).toBeGreaterThanOrEqual(10);
    expect(row?.['age']).toBeGreaterThan(80);
  });

  it('reads as it stood: before the pathway was decided, and before it was known', async () => {
    const caseId = await refer(await inBed());
    await must(
      idt.post(`/cases/${caseId}/pathway`, { pathway: 0, reason: 'Well', decidedBy: 'MDT', occurredAt: ago(20) }),
    );
    expect((await rowOf(caseId))?.['pathway']).toBe(0);
    expect((await rowOf(caseId, `?asOf=${ago(21)}`))?.['pathway']).toBeNull();
    const board = await idt.get(`/board?asOf=${ago(201)}`);
    expect(listIn(board.json['rows']).some((row) => row['caseId'] === caseId)).toBe(false);
    // It was all entered just now: yesterday nobody knew.
    expect(await rowOf(caseId, `?knownAt=${ago(1)}`)).toBeUndefined();
  });

  it('brings a discharged person back when the ward takes the discharge back', async () => {
    const patient = await inBed();
    const caseId = await refer(patient);
    const left = {
      status: 'discharged',
      dischargedAt: ago(3),
      destinationCode: '19',
      dischargeMethodCode: '1',
    } as const;
    await wardNews(app.store)('PatientDischarged', { ...patient.stay, ...left }, ago(3));
    expect(await rowOf(caseId)).toBeUndefined();
    expect((await rowOf(caseId, '?status=discharged'))?.['status']).toBe('discharged');
    expect((await rowOf(caseId, `?asOf=${ago(4)}`))?.['status']).toBe('referred');
    await wardNews(app.store)('DischargeCancelled', patient.stay, ago(1));
    expect((await rowOf(caseId))?.['status']).toBe('referred');
    expect((await rowOf(caseId, `?asOf=${ago(2)}`))?.['status']).toBe('referred');
  });

  it('refuses the future, an unknown field and an unknown status', async () => {
    for (const query of [
      'asOf=2999-01-01T00:00:00Z',
      'knownAt=2999-01-01T00:00:00Z',
      'colour=red',
      'status=lost',
      'asOf=yesterday',
      'pathway=4',
    ]) {
      const answer = await idt.get(`/board?${query}`);
      expect([query, answer.status]).toEqual([query, 400]);
      expect(listIn(answer.json['errors'])).toHaveLength(1);
    }
  });

  it('shows a ward its own hospital only', async () => {
    const caseId = await refer(await inBed({ hospital: 'R1K' }), { hospital: 'R1K' });
    expect(await rowOf(caseId)).toBeDefined();
    expect(await rowOf(caseId, '', ward)).toBeUndefined();
    expect((await ward.get('/board?hospital=R1K')).status).toBe(403);
    expect((await ward.get(`/cases/${caseId}`)).status).toBe(403);
    expect((await ward.get(`/cases/${caseId}/timeline`)).status).toBe(403);
    expect((await (await app.api('provider')).get('/board')).status).toBe(403);
  });

  it('names nobody on a restricted record, unless a reason is given, which is kept', async () => {
    const caseId = await refer(await inBed(), { flags: ['restricted'] });
    expect(await rowOf(caseId)).toMatchObject({ name: 'Restricted record', nhsNumber: null, age: null });
    const closed = await must(idt.get(`/cases/${caseId}`));
    expect(closed.json).toMatchObject({ name: 'Restricted record', person: null, needs: null });
    expect(JSON.stringify(closed.body)).not.toMatch(/TESTPATIENT|washing|sealed/);
    const opened = await must(idt.get(`/cases/${caseId}?reason=Safeguarding%20enquiry`));
    expect(opened.json).toMatchObject({ name: 'TESTPATIENT, Ada', person: { familyName: 'TESTPATIENT' } });
    const { rows } = await app.pool.query<{ why: string | null }>(
      `SELECT why FROM access.audit WHERE what = 'case' AND case_ids = ARRAY[$1]::text[] ORDER BY at, entry_id`,
      [caseId],
    );
    expect(rows.map(({ why }) => why)).toEqual([null, 'Safeguarding enquiry']);
  });

  it('keeps one entry a view in the audit, with the cases it showed', async () => {
    const caseId = await refer(await inBed());
    await rowOf(caseId);
    const { rows } = await app.pool.query<{ case_ids: string[] }>(
      `SELECT case_ids FROM access.audit WHERE what = 'board' ORDER BY at DESC, entry_id DESC LIMIT 1`,
    );
    expect(rows[0]?.case_ids).toContain(caseId);
  });
});

describe('a case over HTTP', () => {
  it('shows the person, needs and histories; its timeline has both clocks and the actor', async () => {
    const caseId = await refer(await inBed());
    await must(
      idt.post(`/cases/${caseId}/pathway`, {
        pathway: 1,
        reason: 'Help at home',
        decidedBy: 'MDT',
        occurredAt: ago(30),
      }),
    );
    await must(
      idt.post(`/cases/${caseId}/pathway`, {
        pathway: 2,
        reason: 'Needs more',
        whyNotHome: 'Stairs',
        decidedBy: 'MDT',
      }),
    );
    await must(idt.post(`/cases/${caseId}/escalations`, { level: 2, to: 'Hub manager', why: 'No bed' }));
    await app.settled();
    const shown = await must(idt.get(`/cases/${caseId}`));
    expect(shown.json).toMatchObject({
      caseId,
      pathway: 2,
      person: { familyName: 'TESTPATIENT', birthDate: '1940-02-15' },
      needs: { summary: 'Needs help with washing and dressing' },
      involvement: { person: 'Wants to go home' },
      referredBy: 'Ward manager, Larch',
      histories: {
        pathway: [
          { pathway: 1, reason: 'Help at home' },
          { pathway: 2, whyNotHome: 'Stairs' },
        ],
      },
      escalations: [{ level: 2, to: 'Hub manager', why: 'No bed', resolvedAt: null }],
      requests: [],
      episodes: [],
      check: null,
    });
    expect(shown.headers.get('etag')).toBe(`"${String(shown.json['revision'])}"`);
    const timeline = listIn((await must(idt.get(`/cases/${caseId}/timeline`))).json['items']);
    expect(timeline.map((item) => item['type'])).toEqual([
      'CaseReferred',
      'CaseLinkedToStay',
      'PathwayAssigned',
      'PathwayAssigned',
      'CaseEscalated',
    ]);
    expect(timeline[2]).toMatchObject({
      actor: { role: 'idt' },
      data: { pathway: 1, reason: 'Help at home' },
      inError: false,
      occurredAt: expect.any(String),
      recordedAt: expect.any(String),
    });
  });

  it('counts an entry no more once it is marked in error, and goes on showing it', async () => {
    const caseId = await refer(await inBed());
    await must(
      idt.post(`/cases/${caseId}/pathway`, { pathway: 1, reason: 'Help', decidedBy: 'MDT', occurredAt: ago(30) }),
    );
    const items = listIn((await must(idt.get(`/cases/${caseId}/timeline`))).json['items']);
    const eventId = String(items.at(-1)?.['eventId']);
    const before = new Date().toISOString();
    await must(idt.post(`/cases/${caseId}/entries/${eventId}/mark-in-error`, { reason: 'Wrong person' }));
    expect((await rowOf(caseId, `?asOf=${ago(10)}`))?.['pathway']).toBeNull();
    expect((await rowOf(caseId, `?asOf=${ago(10)}&knownAt=${before}`))?.['pathway']).toBe(1);
    const after = listIn((await must(idt.get(`/cases/${caseId}/timeline`))).json['items']);
    expect(after.find((item) => item['eventId'] === eventId)?.['inError']).toBe(true);
  });

  it('is 404 when there is none, and before it was referred', async () => {
    expect((await idt.get('/cases/nobody')).status).toBe(404);
    const caseId = await refer(await inBed());
    expect((await idt.get(`/cases/${caseId}?asOf=${ago(300)}`)).status).toBe(404);
  });
});

describe('what changed', () => {
  it('since a position, an instant and the last huddle, not including it', async () => {
    const quiet = await refer(await inBed());
    const moved = await refer(await inBed());
    await app.settled();
    const { json: huddle } = await must(idt.post('/huddles', {}));
    const id = String(huddle['huddleId']);
    await must(idt.post(`/huddles/${id}/reviews`, { caseId: moved, decision: 'Find a bed', note: 'By Friday' }));
    const finished = await must(idt.post(`/huddles/${id}/finish`));
    await app.settled();
    const position = finished.text('position');
    const changedSince = async (since: string): Promise<readonly Json[]> => {
      await app.settled();
      return listIn((await must(idt.get(`/board/changes?since=${encodeURIComponent(since)}`))).json['items']);
    };
    expect(await changedSince(position)).toEqual([]);
    expect(await changedSince('last-huddle')).toEqual([]);
    const instant = new Date().toISOString();
    await must(idt.post(`/cases/${moved}/pathway`, { pathway: 3, reason: 'x', whyNotHome: 'y', decidedBy: 'MDT' }));
    const { text } = await must(idt.post('/cases', referralBody((await inBed()).nhsNumber)));
    for (const since of [position, instant, 'last-huddle']) {
      const items = await changedSince(since);
      const change = items.find((item) => item['caseId'] === moved);
      expect(change).toMatchObject({ isNew: false, row: { pathway: 3 } });
      expect(listIn(change?.['changes'])).toContainEqual({ field: 'pathway', from: null, to: 3 });
      expect(items.find((item) => item['caseId'] === text('caseId'))).toMatchObject({ isNew: true });
      expect(items.some((item) => item['caseId'] === quiet)).toBe(false);
    }
    expect((await idt.get('/board/changes?since=2999-01-01T00:00:00Z')).status).toBe(400);
    expect((await idt.get('/board/changes?since=soon')).status).toBe(400);
    expect((await idt.get('/board/changes')).status).toBe(400);
  });
});

describe('a huddle over HTTP', () => {
  it('minutes decisions, sealed under the person they are about', async () => {
    const caseId = await refer(await inBed());
    const started = await must(idt.post('/huddles', { hospital: 'RAL' }));
    expect(started.status).toBe(201);
    const id = started.text('huddleId');
    await must(idt.post(`/huddles/${id}/reviews`, { caseId, decision: 'Ring Ada’s daughter', note: 'Today' }));
    const minutes = await must(idt.get(`/huddles/${id}`));
    expect(minutes.json).toMatchObject({
      huddleId: id,
      hospital: 'RAL',
      finishedAt: null,
      reviews: [{ caseId, decision: 'Ring Ada’s daughter', note: 'Today' }],
    });
    const events = await app.store.readStream(`huddle-${id}`);
    expect(JSON.stringify(events)).not.toContain('daughter');
    expect((await must(idt.post(`/huddles/${id}/finish`))).status).toBe(200);
    expect((await idt.post(`/huddles/${id}/finish`)).status).toBe(409);
    expect((await idt.post(`/huddles/${id}/reviews`, { caseId, decision: 'x' })).status).toBe(409);
    expect((await ward.post('/huddles', {})).status).toBe(403);
    expect((await idt.get('/huddles/none')).status).toBe(404);
  });
});

describe('the live board', () => {
  it('tells every viewer of every process of a change, and of a case that left the board', async () => {
    const patient = await inBed();
    const caseId = await refer(patient);
    await app.settled();
    const { json } = await must(idt.get('/board'));
    const streams = await Promise.all(
      [app, other].map(async (one) =>
        openStream(one.url, (await one.api('idt')).token, `?since=${String(json['position'])}`),
      ),
    );
    await must(idt.post(`/cases/${caseId}/pathway`, { pathway: 1, reason: 'x', decidedBy: 'MDT' }));
    for (const stream of streams) {
      const event = await stream.until(({ data }) => data['caseId'] === caseId && data['pathway'] === 1);
      expect(event).toMatchObject({ event: 'message', data: { status: 'active', name: 'TESTPATIENT, Ada' } });
      expect(event.id).toMatch(/^\d+$/);
    }
    const left = {
      status: 'discharged',
      dischargedAt: ago(1),
      destinationCode: '19',
      dischargeMethodCode: '1',
    } as const;
    await wardNews(app.store)('PatientDischarged', { ...patient.stay, ...left }, ago(1));
    for (const stream of streams) {
      await stream.until(({ data }) => data['caseId'] === caseId && data['status'] === 'discharged');
      stream.close();
    }
  });

  it('resumes without loss from the last id a viewer saw, also in another process', async () => {
    const [first, second] = [await refer(await inBed()), await refer(await inBed())];
    await app.settled();
    const { json } = await must(idt.get('/board'));
    const stream = await openStream(app.url, idt.token, `?since=${String(json['position'])}`);
    await must(idt.post(`/cases/${first}/accept`));
    const seen = await stream.until(({ data }) => data['caseId'] === first && data['status'] === 'accepted');
    stream.close();
    await must(idt.post(`/cases/${second}/accept`));
    await app.settled();
    const back = await openStream(other.url, (await other.api('idt')).token, '', seen.id);
    const missed = await back.until(({ data }) => data['caseId'] === second && data['status'] === 'accepted');
    expect(BigInt(missed.id)).toBeGreaterThan(BigInt(seen.id));
    back.close();
  });

  it('shows a viewer who was away for long all that changed, and waits for them in between', async () => {
    const away = await app.store.head();
    const all: string[] = [];
    for (let n = 0; n < 60; n += 1) all.push(await refer(await inBed()));
    await app.settled();
    const shown: string[] = [];
    let pages = 0;
    let busy = false;
    const { from, leave } = await app.get(LiveBoard).watch(
      {
        show: (changes) => {
          expect(busy).toBe(false);
          busy = true;
          pages += 1;
          shown.push(...changes.map(({ caseId }) => caseId));
        },
        taken: async () => {
          await app.settled();
          busy = false;
          return true;
        },
      },
      away,
    );
    leave();
    expect(from).toBe(away);
    expect(shown).toEqual(expect.arrayContaining(all));
    expect(pages).toBeGreaterThan(1);
  });

  it('is of the hospital asked for, and refuses what it does not know', async () => {
    const [here, elsewhere] = [
      await refer(await inBed()),
      await refer(await inBed({ hospital: 'R1K' }), { hospital: 'R1K' }),
    ];
    await app.settled();
    const stream = await openStream(app.url, idt.token, `?hospital=RAL&since=${await app.store.head()}`);
    await must(idt.post(`/cases/${elsewhere}/accept`));
    await must(idt.post(`/cases/${here}/accept`));
    await stream.until(({ data }) => data['caseId'] === here && data['status'] === 'accepted');
    expect(stream.seen.some(({ data }) => data['caseId'] === elsewhere)).toBe(false);
    stream.close();
    expect((await ward.get('/board/stream?hospital=R1K')).status).toBe(403);
    expect((await idt.get('/board/stream?colour=red')).status).toBe(400);
  });

  it('tells a viewer with a position of another log to begin anew', async () => {
    for (const last of ['999999999', 'nonsense']) {
      const stream = await openStream(app.url, idt.token, '', last);
      expect((await stream.until(({ event }) => event === 'reset')).event).toBe('reset');
      stream.close();
    }
  });

  it('shows a ward nothing of other hospitals', async () => {
    const elsewhere = await refer(await inBed({ hospital: 'R1K' }), { hospital: 'R1K' });
    const own = await refer(await inBed());
    await app.settled();
    const stream = await openStream(
      app.url,
      ward.token,
      `?since=${String((await must(ward.get('/board'))).json['position'])}`,
    );
    await must(idt.post(`/cases/${elsewhere}/accept`));
    await must(idt.post(`/cases/${own}/accept`));
    await stream.until(({ data }) => data['caseId'] === own && data['status'] === 'accepted');
    expect(stream.seen.some(({ data }) => data['caseId'] === elsewhere)).toBe(false);
    stream.close();
  });
});

it('folds anew to the same tables', async () => {
  await app.settled();
  const results = await app.feed.verify();
  expect(
    results
      .filter(({ projection }) => projection.startsWith('discharge.'))
      .every(({ differences }) => differences === 0),
  ).toBe(true);
});

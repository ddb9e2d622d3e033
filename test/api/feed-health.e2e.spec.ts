import { feedIdOf } from '#libs/intake/feeds/feeds.reader.js';
import { FeedWatch } from '#libs/intake/feeds/feed-watch.js';
import { adt } from '#libs/intake/testing/adt.js';
import type { ApiClient } from '../support/api-client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { Browser } from '../support/browser.js';

const hl7 = { 'content-type': 'x-application/hl7-v2+er7' };
const feed = 'PAS/RAL';
const stamp = (ms: number): string => new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14);
const minute = 60_000;
const hour = 60 * minute;

describe('a ward feed that falls silent', () => {
  let app: TestApp;
  let admin: ApiClient;
  let idt: ApiClient;
  const look = async (): Promise<void> => {
    await app.get(FeedWatch).look();
    await app.settled();
  };
  const told = async (): Promise<readonly string[]> =>
    (await app.store.readStream(`feed-${feedIdOf(feed)}`)).map(({ type }) => type);
  const shown = async () =>
    ((await admin.get('/feeds')).json as { items: Record<string, unknown>[] }).items.find(
      (one) => one['feed'] === feed,
    );
  const row = async () => ((await idt.get('/board')).json as { rows: Record<string, unknown>[] }).rows[0];
  let sent = 0;
  const send = async (recorded: number): Promise<void> => {
    sent += 1;
    const message = adt({
      event: 'A01',
      controlId: String(1000 + sent),
      recorded: stamp(recorded) + '+0000',
      occurred: stamp(recorded - hour) + '+0000',
      place: 'OAK^1^A^RAL',
      visit: `V${String(sent)}^^^RAL`,
    });
    const answer = await admin.post('/ward-events/hl7v2', message, hl7);
    expect(answer.json).toMatchObject({ accepted: 1 });
  };
  /** As if the feed had been heard last so long ago. */
  const silentFor = (ms: number) =>
    app.pool.query(`UPDATE intake.feeds SET heard_at = $1, heard_recorded_at = $1 WHERE feed = $2`, [
      new Date(Date.now() - ms),
      feed,
    ]);

  beforeAll(async () => {
    app = await startTestApp();
    [admin, idt] = await Promise.all([app.api('admin'), app.api('idt')]);
    await send(Date.now() - minute);
    const made = await idt.post('/cases', {
      person: {
        nhsNumber: '9990000018',
        familyName: 'Testpatient',
        givenNames: 'Ada',
        birthDate: '1940-02-15',
        sex: 'female',
        postcode: 'N12 0AA',
      },
      hospital: 'RAL',
      homeAuthority: 'E09000003',
      needs: { summary: 'none' },
      involvement: { person: true },
      referredBy: 'ward',
    });
    expect(made.status).toBe(201);
    await app.settled();
  }, 60_000);
  afterAll(() => app.stop());

  test('is not known for silent in its first week', async () => {
    await silentFor(3 * hour);
    await look();
    expect(await shown()).toMatchObject({ state: 'unknown', usualRate: null, since: null });
    expect(await told()).toEqual([]);
    expect(await row()).toMatchObject({ feed: { state: 'live', since: null } });
  });

  test('turns its rows grey with the time, once, live and at page load; and back when it is heard again', async () => {
    await app.pool.query(`UPDATE intake.feeds SET first_at = first_at - interval '40 days' WHERE feed = $1`, [feed]);
    await app.pool.query(
      `INSERT INTO intake.feed_hours SELECT $1, date_trunc('hour', now(), 'UTC') - make_interval(hours => n), 60 FROM generate_series(1, 29 * 24) n`,
      [feed],
    );
    await silentFor(45 * minute);
    const viewer = new AbortController();
    const stream = await fetch(`${app.url}/api/v1/board/stream`, {
      headers: { authorization: `Bearer ${await tokenOf(app)}`, accept: 'text/event-stream' },
      signal: viewer.signal,
    });
    await look();
    await look();
    const state = await shown();
    expect(state).toMatchObject({ state: 'silent', usualRate: 60, lag: 0, since: expect.any(String) });
    expect(await told()).toEqual(['FeedFellSilent']);
    expect(await row()).toMatchObject({ rag: 'grey', feed: { state: 'silent', since: state?.['since'] } });
    expect((await row())?.['ragReason']).toBe('The ward feed is late');
    expect(await firstRow(stream)).toMatchObject({ rag: 'grey', feed: { state: 'silent' } });
    viewer.abort();

    const browser = await Browser.signedIn(app.url, 'idt');
    const board = (await browser.open('/huddle')).text;
    expect(board).toContain('The ward feed of RAL is late.');
    expect(board).toMatch(/The ward feed is late: nothing since (?:\d+ \w+, )?\d\d:\d\d/);
    expect((await browser.open('/brokerage')).text).toContain('The ward feed of RAL is late: nothing has come since');
    expect((await browser.open('/operations/feeds')).text).toMatch(/Silent since/);
    const measured = await (await fetch(`${app.url}/metrics`)).text();
    expect(measured).toContain(`homeward_feed_silent{feed="${feed}"} 1`);
    expect(measured).toContain(`homeward_feed_messages{feed="${feed}",outcome="accepted"} 1`);

    const before = new Date().toISOString();
    await send(Date.now() - minute);
    await look();
    expect(await told()).toEqual(['FeedFellSilent', 'FeedCaughtUp']);
    expect(await row()).toMatchObject({ feed: { state: 'live', since: null } });
    expect(await shown()).toMatchObject({ state: 'live' });
    // As it stood then, the board knew no better.
    const past = (await idt.get(`/board?knownAt=${encodeURIComponent(before)}`)).json as { rows: object[] };
    expect(past.rows[0]).toMatchObject({ rag: 'grey', feed: { state: 'silent' } });
  }, 60_000);

  test('is late when its news is old at two looks in a row', async () => {
    await send(Date.now() - 3 * hour);
    await look();
    expect(await told()).toHaveLength(2);
    await look();
    expect((await told()).at(-1)).toBe('FeedFellBehind');
    expect(await row()).toMatchObject({ rag: 'grey', feed: { state: 'late' } });
    await send(Date.now() - minute);
    await look();
    await look();
    expect((await told()).at(-1)).toBe('FeedCaughtUp');
  });

  test('tells what is missing where the sender counts up', async () => {
    for (let n = 0; n < 20; n += 1) await send(Date.now() - minute);
    sent += 2;
    await send(Date.now() - minute);
    expect(await shown()).toMatchObject({ gaps: { of: 'control-id', missing: 2 } });
  });
});

const tokenOf = async (app: TestApp): Promise<string> => {
  const answer = await fetch(`${app.url}/api/v1/auth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'idt', password: 'homeward-demo' }),
  });
  return String(((await answer.json()) as { accessToken: string }).accessToken);
};

/** The first row that a live board sends. */
const firstRow = async (stream: Response): Promise<unknown> => {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of stream.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    const data = /^data: (\{"caseId".*)$/m.exec(text)?.[1];
    if (data !== undefined && text.includes('\n\n', text.indexOf(data))) return JSON.parse(data) as unknown;
  }
  throw new Error('The stream ended without a row.');
};

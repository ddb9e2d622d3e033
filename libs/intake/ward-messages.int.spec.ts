import { jest } from '@jest/globals';
import { stayContracts } from '#libs/contracts/intake/stay-events.js';
import { StoreUnavailable } from '#libs/event-store/port.js';
import { adt, permutations, type Adt } from './testing/adt.js';
import { mllpClient, msa } from './testing/intake-app.js';
import { course, hl7, startWard, t, type Sent, type Ward } from './testing/ward.js';

let here: Ward;
beforeAll(async () => {
  here = await startWard();
}, 60_000);
afterAll(() => here.app.stop());

describe('Ward messages over HTTP', () => {
  test('make a stay that shows no name, and is pseudonymous in the log', async () => {
    const who = here.someone();
    const sent = await here.send(...course(who).slice(0, 3));
    expect(sent).toMatchObject({ accepted: 3, duplicates: 0, ignored: 0, quarantined: 0 });
    expect(sent.messages.map(({ ack }) => ack)).toEqual(['AA', 'AA', 'AA']);
    expect(sent.position).toMatch(/^[1-9]\d*$/);
    expect(await here.stayOf(sent)).toEqual({
      stayId: sent.messages[0]?.stayId,
      personId: expect.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
      hospital: 'RAL',
      ward: 'OAK',
      room: '2',
      bed: 'B',
      admittedAt: '2026-11-03T09:00:00.000Z',
      dischargedAt: null,
      destinationCode: null,
      methodCode: null,
      status: 'open',
      expectedDischargeDate: '2026-11-04',
      criteriaToReside: { meets: false, since: '2026-11-03T00:00:00.000Z' },
      moves: [
        {
          from: { ward: 'LARCH', room: '1', bed: 'A' },
          to: { ward: 'OAK', room: '2', bed: 'B' },
          at: '2026-11-03T11:00:00.000Z',
        },
      ],
      referred: false,
      onLeave: false,
      identityToConfirm: false,
    });
    const log = JSON.stringify((await here.app.store.readAll('0', {}, 10_000)).events);
    for (const personal of [
      'TESTPATIENT',
      'ADA',
      '19400215',
      '1940-02-15',
      'N12 0AA',
      'N12',
      `${who.visit?.split('^')[0] ?? ''}"`,
      `${who.pid3?.split('^')[0] ?? ''}"`,
    ])
      expect(log).not.toContain(`"${personal}`);
    expect(log).not.toContain('TESTPATIENT');
  });

  test('give the same stay in every order of a history of four, each on its own, through the log', async () => {
    const orders = permutations([0, 1, 3, 4]);
    const shown = await Promise.all(
      orders.map(async (order) => {
        const messages = course(here.someone());
        let sent: Sent | undefined;
        for (const n of order) sent = await here.send(...messages.slice(n, n + 1));
        if (!sent) throw new Error('nothing sent');
        const { stayId, personId, ...rest } = await here.stayOf(sent);
        expect(stayId).toBeDefined();
        expect(personId).toBeDefined();
        return JSON.stringify(rest);
      }),
    );
    expect(new Set(shown).size).toBe(1);
    expect(JSON.parse(shown[0] ?? '{}')).toMatchObject({ status: 'discharged', ward: 'LARCH', moves: [] });
  }, 60_000);

  test('give the same stay when all six come at once, twice, on several connections', async () => {
    const blocks = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const messages = course(here.someone()).map(adt);
        const sent = await Promise.all([...messages, ...messages.toReversed()].map((message) => here.post(message)));
        expect(sent.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(6);
        expect(sent.reduce((sum, { duplicates }) => sum + duplicates, 0)).toBe(6);
        expect(new Set(sent.flatMap(({ messages: [message] }) => message?.stayId)).size).toBe(1);
        const stayId = sent[0]?.messages[0]?.stayId ?? '';
        const stream = await here.app.store.readStream(`stay-${stayId}`);
        expect(stream).toHaveLength(6);
        const { stayId: _, personId: __, criteria, ...block } = stream.at(-1)?.data['stay'] as Record<string, unknown>;
        expect(criteria).toHaveLength(1);
        return JSON.stringify(block);
      }),
    );
    expect(new Set(blocks).size).toBe(1);
    expect(JSON.parse(blocks[0] ?? '{}')).toMatchObject({ status: 'open', dischargedAt: null });
  }, 60_000);

  test('come as many in one body, with any line ends and blank lines', async () => {
    const [first, second] = course(here.someone()).map(adt);
    const body = `\r\n${(first ?? '').replaceAll('\r', '\n')}\n\n\r\n${(second ?? '').replaceAll('\r', '\r\n')}\r\n`;
    expect(await here.post(body)).toMatchObject({ accepted: 2, messages: [{ ack: 'AA' }, { ack: 'AA' }] });
    expect(await here.post(body)).toMatchObject({ accepted: 0, duplicates: 2 });
  });

  test('are recognised when they come again, whenever they were sent, and name their stay', async () => {
    const message: Adt = { ...here.someone(), event: 'A01', controlId: 'again', recorded: t('0900'), sent: t('0901') };
    const first = await here.send(message);
    const second = await here.send({ ...message, sent: t('0959') });
    expect(second).toMatchObject({ accepted: 0, duplicates: 1, messages: [{ ack: 'AA' }] });
    expect(second.messages[0]?.stayId).toBe(first.messages[0]?.stayId);
    expect(second.position).toBe(first.position);
  });

  test('that are recorded by MSH-7 alone count from the copy that was sent first, which is a duplicate like others', async () => {
    const [admitted, moved] = course(here.someone());
    if (!admitted || !moved) throw new Error('no course');
    const undated = (hhmm: string): Adt => ({ ...moved, recorded: '', occurred: '', sent: t(hhmm) });
    await here.send(admitted, undated('1300'));
    const again = await here.send(undated('1100'));
    expect(again).toMatchObject({ accepted: 0, duplicates: 1, messages: [{ ack: 'AA' }] });
    expect(await here.stayOf(again)).toMatchObject({ moves: [{ at: '2026-11-03T11:00:00.000Z' }] });
    expect(await here.send(undated('1200'))).toMatchObject({ duplicates: 1 });
    expect(await here.app.store.readStream(`stay-${again.messages[0]?.stayId ?? ''}`)).toHaveLength(3);
  });

  test('with a control id that came before for other content are taken and flagged', async () => {
    const who = here.someone();
    await here.send({ ...who, event: 'A01', controlId: 'reused', recorded: t('0900'), place: 'LARCH' });
    const other = await here.send({ ...who, event: 'A02', controlId: 'reused', recorded: t('1000'), place: 'OAK' });
    expect(other).toMatchObject({ accepted: 1, messages: [{ ack: 'AA', flags: ['control-id-reused'] }] });
    expect(await here.stayOf(other)).toMatchObject({ ward: 'OAK' });
  });

  test('that are not for us are ignored with the reason', async () => {
    const clinic = await here.send({ ...here.someone(), event: 'A04', controlId: 'clinic', patientClass: 'O' });
    expect(clinic).toMatchObject({
      ignored: 1,
      messages: [{ ack: 'AA', reason: 'Patient class O: not an inpatient.' }],
    });
    const result = adt({ event: 'A01', controlId: 'result' }).replace('ADT^A01', 'ORU^R01');
    expect(await here.post(result)).toMatchObject({ ignored: 1, messages: [{ ack: 'AA' }] });
    expect(await here.post(result)).toMatchObject({ ignored: 0, duplicates: 1 });
  });

  test('that must not be sent here are rejected', async () => {
    expect(await here.send({ ...here.someone(), event: 'A01', processingId: 'D' })).toMatchObject({
      messages: [{ ack: 'AR' }],
      rejected: 1,
    });
    expect(await here.post(adt({ event: 'A01' }).replace('|^~\\&|', '|||||'))).toMatchObject({
      messages: [{ ack: 'AR', controlId: null }],
    });
  });

  test('refuses a body that is no HL7, is of another type, or is too large', async () => {
    const garbage = await here.admin.post('/ward-events/hl7v2', 'hello\r\nworld', hl7);
    expect([garbage.status, garbage.json['code']]).toEqual([400, 'hl7.unreadable']);
    expect(
      (await here.admin.post('/ward-events/hl7v2', adt({ event: 'A01' }), { 'content-type': 'text/plain' })).status,
    ).toBe(415);
    expect((await here.admin.post('/ward-events/hl7v2', {})).status).toBe(415);
    expect((await here.admin.post('/ward-events/hl7v2', 'MSH|'.padEnd(10 * 1_048_576 + 1, 'x'), hl7)).status).toBe(413);
  });

  test('takes ten megabytes of one message', async () => {
    const note = `NTE|1||${'x'.repeat(9_900_000)}`;
    expect(await here.post(adt({ ...here.someone(), event: 'A08', controlId: 'large', extra: [note] }))).toMatchObject({
      accepted: 1,
    });
  });

  test('a ward user sends for the own hospital only, and sees no other', async () => {
    const own = await here.post(adt({ ...here.someone(), event: 'A01', place: 'LARCH^1^A^RAL' }), here.ward);
    expect(own).toMatchObject({ accepted: 1 });
    const foreign = adt({ ...here.someone(), event: 'A01', place: 'LARCH^1^A^RQM', sender: 'RQM' });
    expect(await here.post(foreign, here.ward)).toMatchObject({ accepted: 0, rejected: 1, messages: [{ ack: 'AR' }] });
    const there = await here.post(foreign);
    const stayId = there.messages[0]?.stayId ?? '';
    expect((await here.admin.get(`/stays/${stayId}?waitFor=${there.position}`)).status).toBe(200);
    expect((await here.ward.get(`/stays/${stayId}`)).status).toBe(404);
    const { items } = (await here.ward.get('/stays?limit=500')).json as { items: { hospital: string }[] };
    expect(new Set(items.map(({ hospital }) => hospital))).toEqual(new Set(['RAL']));
  });

  test('stays are listed by ward, hospital, person and whether they are open', async () => {
    const who = here.someone();
    const sent = await here.send({ ...who, event: 'A01', recorded: t('0900'), place: 'YEW^1^A^RAL' });
    const stay = await here.stayOf(sent);
    const ids = async (query: string): Promise<string[]> =>
      ((await here.admin.get(`/stays?${query}`)).json as { items: { stayId: string }[] }).items.map(
        ({ stayId }) => stayId,
      );
    expect(await ids('ward=YEW&open=true&hospital=RAL')).toEqual([stay['stayId']]);
    expect(await ids(`personId=${String(stay['personId'])}`)).toEqual([stay['stayId']]);
    expect(await ids('ward=YEW&open=false')).toEqual([]);
    expect((await here.admin.get('/stays?open=perhaps')).status).toBe(400);
    expect((await here.admin.get('/stays/nobody')).status).toBe(404);
    const pages: string[] = [];
    let cursor = '';
    do {
      const { items, nextCursor } = (await here.admin.get(`/stays?limit=7${cursor}`)).json as {
        items: { stayId: string }[];
        nextCursor: string | null;
      };
      pages.push(...items.map(({ stayId }) => stayId));
      cursor = nextCursor === null ? '' : `&cursor=${nextCursor}`;
    } while (cursor !== '');
    expect(pages.toSorted()).toEqual((await ids('limit=500')).toSorted());
  });

  test('every event of a stay keeps its contract', async () => {
    const { events } = await here.app.store.readAll('0', { streamPrefixes: ['stay-'] }, 10_000);
    expect(events.length).toBeGreaterThan(50);
    for (const { type } of events) expect(Object.keys(stayContracts)).toContain(type);
  });
});

describe('A message that was stored', () => {
  test('is recognised by the log alone when the process died before it was noted', async () => {
    const message: Adt = {
      ...here.someone(),
      event: 'A01',
      controlId: 'unnoted',
      recorded: t('0900'),
      sender: 'UNN',
      place: 'A^^^UNN',
    };
    const counts = async () =>
      ((await here.admin.get('/feeds')).json as { items: Record<string, unknown>[] }).items.find(
        ({ feed }) => feed === 'PAS/UNN',
      );
    const first = await here.send(message);
    await here.app.pool.query(`DELETE FROM intake.messages WHERE control_id = 'unnoted'`);
    await here.app.pool.query(`UPDATE intake.feeds SET accepted = 0 WHERE feed = 'PAS/UNN'`);
    const again = await here.send(message);
    expect(again).toMatchObject({ duplicates: 1, position: first.position, messages: [{ ack: 'AA' }] });
    expect(await counts()).toMatchObject({ accepted: 1, duplicates: 1 });
    await here.send(message);
    expect(await counts()).toMatchObject({ accepted: 1, duplicates: 2 });
  });

  test('is not answered while the database is away, on no line, and is taken when it is back', async () => {
    const message = adt({ ...here.someone(), event: 'A01', controlId: 'away', recorded: t('0900') });
    const away = jest.spyOn(here.app.store, 'append').mockRejectedValue(new StoreUnavailable('away'));
    try {
      const answer = await here.admin.post('/ward-events/hl7v2', message, hl7);
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
      const line = await mllpClient(here.app.mllpPort);
      let answered = false;
      const ack = line.send(message).finally(() => (answered = true));
      await here.admin.post('/ward-events/hl7v2', message, hl7);
      expect(answered).toBe(false);
      away.mockRestore();
      expect(msa(await ack)).toEqual(['AA', 'away']);
      line.end();
    } finally {
      away.mockRestore();
    }
    expect(await here.post(message)).toMatchObject({ duplicates: 1 });
  });
});

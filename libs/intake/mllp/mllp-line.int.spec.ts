import { createServer, type AddressInfo, type Server } from 'node:net';
import { adt } from '../testing/adt.js';
import { mllpClient, msa } from '../testing/intake-app.js';
import type { Taken } from '../taking/taken.js';
import { frame } from './frames.js';
import { MllpLine, type LineServices } from './mllp-line.js';

const message = (id: string): string => adt({ event: 'A01', controlId: id });
const idOf = (bytes: Buffer): string => bytes.toString().split('|')[9] ?? '';
const taken = (bytes: Buffer): Taken => ({
  outcome: 'accepted',
  ack: 'AA',
  controlId: idOf(bytes),
  header: {
    controlId: idOf(bytes),
    feed: 'PAS/RAL',
    application: 'PAS',
    facility: 'RAL',
    receivingApplication: '',
    receivingFacility: '',
    type: 'ADT',
    event: 'A01',
    processingId: 'P',
    version: '2.4',
    sentAt: '',
    shownOffsetMinutes: null,
  },
});

let server: Server;
let lines: MllpLine[];

/** A listener whose messages are taken as the test says. */
const listen = async (take: LineServices['take'], unfinishedMs = 60_000): Promise<number> => {
  lines = [];
  server = createServer({ allowHalfOpen: true }, (socket) => {
    const services: LineServices = {
      take,
      isUnavailable: (error) => error instanceof Error && error.message === 'away',
      now: () => '2026-11-03T10:15:00.000Z',
      newId: () => 'ack',
      failed: () => undefined,
    };
    lines.push(new MllpLine(socket, { frameLimit: 100_000, unfinishedMs, retryMs: 5 }, services));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

/** A promise to be kept by hand. */
const gate = () => {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
};

afterEach(async () => {
  await Promise.all(lines.map((line) => line.stop()));
  await new Promise((resolve) => server.close(resolve));
});

describe('An MLLP line', () => {
  test('takes one message after the other and answers in order, however long each takes', async () => {
    const begun: string[] = [];
    const first = gate();
    const port = await listen(async (bytes) => {
      begun.push(idOf(bytes));
      if (idOf(bytes) === 'one') await first.opened;
      return taken(bytes);
    });
    const line = await mllpClient(port);
    line.write(Buffer.concat(['one', 'two', 'three'].map((id) => frame(message(id)))));
    const answers = [line.answer(), line.answer(), line.answer()];
    const other = await mllpClient(port);
    expect(msa(await other.send(message('other')))).toEqual(['AA', 'other']);
    expect(begun).toEqual(['one', 'other']);
    first.open();
    expect((await Promise.all(answers)).map((answer) => msa(answer)[1])).toEqual(['one', 'two', 'three']);
  });

  test('answers nothing while the database is away, and everything when it is back', async () => {
    let away = 3;
    const port = await listen((bytes) => {
      away -= 1;
      return away >= 0 ? Promise.reject(new Error('away')) : Promise.resolve(taken(bytes));
    });
    const line = await mllpClient(port);
    expect(msa(await line.send(message('kept')))).toEqual(['AA', 'kept']);
    expect(away).toBe(-1);
  });

  test('closes without an answer after a fault nobody foresaw, so that the sender keeps its message', async () => {
    const line = await mllpClient(await listen(() => Promise.reject(new Error('a bug'))));
    await expect(line.send(message('x'))).rejects.toThrow('closed without an answer');
  });

  test('gives up on a message that does not go on, and says so', async () => {
    const line = await mllpClient(await listen((bytes) => Promise.resolve(taken(bytes)), 20));
    line.write(Buffer.concat([Buffer.from([0x0b]), Buffer.from(message('half').slice(0, 100))]));
    expect(msa(await line.answer())).toEqual(['AR', 'half']);
    await line.closed();
  });

  test('answers what was sent before the sender hung up', async () => {
    const line = await mllpClient(await listen((bytes) => Promise.resolve(taken(bytes))));
    line.write(Buffer.concat([frame(message('last')), Buffer.from([0x0b]), Buffer.from(message('cut').slice(0, 100))]));
    line.end();
    expect(msa(await line.answer())).toEqual(['AA', 'last']);
    expect(msa(await line.answer())).toEqual(['AR', 'cut']);
    await line.closed();
  });

  test('closes on a sender of nothing but noise', async () => {
    const line = await mllpClient(await listen((bytes) => Promise.resolve(taken(bytes))));
    line.write(Buffer.alloc(2 * 1_048_576, 'n'));
    await line.closed();
  });

  test('finishes the message it is at when the service stops, and takes no further one', async () => {
    const [begun, finish] = [gate(), gate()];
    const port = await listen(async (bytes) => {
      begun.open();
      await finish.opened;
      return taken(bytes);
    });
    const line = await mllpClient(port);
    const answer = line.send(message('in hand'));
    line.write(frame(message('too late')));
    await begun.opened;
    const stopped = Promise.all(lines.map((one) => one.stop()));
    finish.open();
    expect(msa(await answer)).toEqual(['AA', 'in hand']);
    await stopped;
    await expect(line.answer()).rejects.toThrow('closed without an answer');
  });

  test('holds a sender back that is faster than the log', async () => {
    const all = gate();
    let begun = 0;
    const port = await listen(async (bytes) => {
      begun += 1;
      await all.opened;
      return taken(bytes);
    });
    const line = await mllpClient(port);
    const flood = Buffer.concat(Array.from({ length: 20_000 }, (_, n) => frame(message(String(n)))));
    line.socket.write(flood);
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toBeLessThanOrEqual(1);
    expect(line.socket.writableLength).toBeGreaterThan(0);
    all.open();
    for (let n = 0; n < 20_000; n += 1) expect(msa(await line.answer())[1]).toBe(String(n));
  });
});

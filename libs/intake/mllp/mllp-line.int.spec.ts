import { createServer, type AddressInfo, type Server } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { eventually } from '../../../test/support/eventually.js';
import { readHeader } from '../domain/hl7/header.js';
import { readHl7 } from '../domain/hl7/reader.js';
import { adt } from '../testing/adt.js';
import { mllpClient, msa } from '../testing/intake-app.js';
import type { Taken } from '../taking/taken.js';
import { frame } from './frames.js';
import { MllpLine, type LineServices } from './mllp-line.js';

const message = (id: string): string => adt({ event: 'A01', controlId: id });
const idOf = (bytes: Buffer): string => bytes.toString().split('|')[9] ?? '';
const headerOf = (bytes: Buffer) => {
  const read = readHl7(bytes.toString());
  if (!read.ok) throw new Error(read.reason);
  return readHeader(read.message);
};
const taken = (bytes: Buffer): Taken => ({
  outcome: 'accepted',
  ack: 'AA',
  controlId: idOf(bytes),
  header: headerOf(bytes),
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

  test('that is held back in the middle of a message is not given up on: it is we who do not read', async () => {
    const all = gate();
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'Date', 'performance', 'hrtime'] });
    const port = await listen(async (bytes) => {
      await all.opened;
      return taken(bytes);
    });
    const line = await mllpClient(port);
    const ids = Array.from({ length: 50 }, (_, n) => String(n));
    const wire = Buffer.concat(ids.map((id) => frame(message(id))));
    const cut = wire.length - 100;
    line.write(wire.subarray(0, cut));
    await eventually('it is held back', () => (lines[0]?.waitingBytes ?? 0) > 20 * message('1').length);
    jest.advanceTimersByTime(600_000);
    await new Promise((resolve) => setImmediate(resolve));
    jest.useRealTimers();
    line.write(wire.subarray(cut));
    all.open();
    for (const id of ids) expect(msa(await line.answer())).toEqual(['AA', id]);
  });

  test('rejects a frame of two messages, of which one would be lost', async () => {
    const port = await listen((bytes) => Promise.resolve(taken(bytes)));
    const line = await mllpClient(port);
    expect(msa(await line.send(`${message('one')}\r${message('two')}`))).toEqual(['AR', 'one']);
    expect(msa(await line.send(message('three')))).toEqual(['AA', 'three']);
  });

  test('takes no more from a sender that does not read its answers, and closes in the end', async () => {
    let begun = 0;
    const port = await listen((bytes) => {
      begun += 1;
      return Promise.resolve({ ...taken(bytes), ack: 'AE', reason: 'x'.repeat(100_000) });
    }, 50);
    const line = await mllpClient(port);
    line.socket.pause();
    for (let n = 0; n < 5000; n += 1) line.write(frame(message(String(n))));
    const open = () => new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));
    await eventually('the line is closed', async () => (await open()) === 0);
    expect(begun).toBeLessThan(5000);
    line.socket.destroy();
  });

  test('holds little more than one large message while others wait', async () => {
    const all = gate();
    const port = await listen(async (bytes) => {
      await all.opened;
      return taken(bytes);
    });
    const line = await mllpClient(port);
    const large = `${message('large')}\rNTE|1||${'x'.repeat(90_000)}`;
    for (let n = 0; n < 200; n += 1) line.write(frame(large));
    await eventually('messages wait', () => (lines[0]?.waitingBytes ?? 0) >= 1_048_576);
    expect(lines[0]?.waitingBytes).toBeLessThan(1_048_576 + 4 * 90_000);
    all.open();
    for (let n = 0; n < 200; n += 1) expect(msa(await line.answer())).toEqual(['AA', 'large']);
  });

  test('answers at the levels the sender asked for, the accept level first', async () => {
    const port = await listen((bytes) =>
      Promise.resolve(
        idOf(bytes) === 'bad'
          ? { ...taken(bytes), ack: 'AE', reason: 'PV1-2 is empty.', field: 'PV1-2' }
          : taken(bytes),
      ),
    );
    const line = await mllpClient(port);
    const asking = (id: string, accept: string, application: string): string =>
      adt({ event: 'A01', controlId: id }).replace('|2.4|||||', `|2.4|||${accept}|${application}`);
    expect(msa(await line.send(asking('one', 'AL', 'NE')))).toEqual(['CA', 'one']);
    line.write(frame(asking('quiet', 'NE', 'NE')));
    line.write(frame(asking('two', 'AL', 'AL')));
    expect(msa(await line.answer())).toEqual(['CA', 'two']);
    expect(msa(await line.answer())).toEqual(['AA', 'two']);
    line.write(frame(asking('three', 'ER', 'ER')));
    line.write(frame(asking('bad', 'ER', 'NE')));
    const answer = await line.answer();
    expect(msa(answer)).toEqual(['CE', 'bad']);
    expect(answer).toContain('ERR|PV1^1^2^101');
  });

  test('stays open between messages, however long that is', async () => {
    const line = await mllpClient(await listen((bytes) => Promise.resolve(taken(bytes)), 20));
    expect(msa(await line.send(message('one')))).toEqual(['AA', 'one']);
    await pause(100);
    expect(msa(await line.send(message('two')))).toEqual(['AA', 'two']);
  });

  test('is one of many: a hundred at once are each answered in their order', async () => {
    const port = await listen(async (bytes) => {
      await pause(Number(idOf(bytes).split('-')[1]) % 3);
      return taken(bytes);
    });
    const all = await Promise.all(Array.from({ length: 100 }, () => mllpClient(port)));
    const ids = all.map((_, nth) => Array.from({ length: 10 }, (__, n) => `${String(nth)}-${String(n)}`));
    all.forEach((line, nth) => line.write(Buffer.concat((ids[nth] ?? []).map((id) => frame(message(id))))));
    const answered = await Promise.all(
      all.map(async (line) => {
        const order: string[] = [];
        for (let n = 0; n < 10; n += 1) order.push(msa(await line.answer())[1] ?? '');
        return order;
      }),
    );
    expect(answered).toEqual(ids);
  });
});

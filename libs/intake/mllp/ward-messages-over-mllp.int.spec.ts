import { adt } from '../testing/adt.js';
import { mllpClient, msa } from '../testing/intake-app.js';
import { course, startWard, type Ward } from '../testing/ward.js';

let here: Ward;
beforeAll(async () => {
  here = await startWard();
}, 60_000);
afterAll(() => here.app.stop());

describe('Ward messages over MLLP', () => {
  test('are answered once stored, in order, whatever the frames look like', async () => {
    const line = await mllpClient(here.app.mllpPort);
    const messages = course(here.someone()).map(adt);
    line.write('noise before the first frame');
    const wire = Buffer.concat(
      messages.map((message) => Buffer.concat([Buffer.from([0x0b]), Buffer.from(message), Buffer.from([0x1c, 0x0d])])),
    );
    for (let at = 0; at < wire.length; at += 37) line.write(wire.subarray(at, at + 37));
    const ids = messages.map((message) => message.split('|')[9]);
    for (const id of ids) expect(msa(await line.answer())).toEqual(['AA', id]);
    expect(msa(await line.send(messages[0] ?? ''))).toEqual(['AA', ids[0]]);
    expect(msa(await line.send('MSH|nonsense'))).toEqual(['AR', '']);
    expect(msa(await line.send(adt({ ...here.someone(), event: 'A01', controlId: 'bad', recorded: 'soon' })))).toEqual([
      'AE',
      'bad',
    ]);
    line.end();
    await line.closed();
  });

  test('a message without end is answered when the next begins, and the line goes on', async () => {
    const line = await mllpClient(here.app.mllpPort);
    const cut = adt({ ...here.someone(), event: 'A01', controlId: 'cut' }).slice(0, 120);
    line.write(Buffer.concat([Buffer.from([0x0b]), Buffer.from(cut)]));
    expect(msa(await line.send(adt({ ...here.someone(), event: 'A01', controlId: 'whole' })))).toEqual(['AR', 'cut']);
    expect(msa(await line.answer())).toEqual(['AA', 'whole']);
    line.end();
  });

  test('a message larger than 10 MB is rejected and the line closed', async () => {
    const line = await mllpClient(here.app.mllpPort);
    const head = adt({ ...here.someone(), event: 'A08', controlId: 'huge' });
    line.write(Buffer.concat([Buffer.from([0x0b]), Buffer.from(`${head}\rNTE|1||`)]));
    const piece = Buffer.alloc(1_048_576, 'x');
    for (let n = 0; n < 11; n += 1) line.write(piece);
    expect(msa(await line.answer())).toEqual(['AR', 'huge']);
    await line.closed();
  });

  test('a message on two lines at once is taken once', async () => {
    const lines = await Promise.all(Array.from({ length: 8 }, () => mllpClient(here.app.mllpPort)));
    const messages = course(here.someone()).map(adt);
    const answers = await Promise.all(
      lines.map(async (line) => {
        const acks: string[] = [];
        for (const message of messages) acks.push(msa(await line.send(message)).join());
        line.end();
        return acks;
      }),
    );
    for (const acks of answers) expect(acks.every((ack) => ack.startsWith('AA'))).toBe(true);
    const [sent] = await Promise.all([here.post(messages[0] ?? '')]);
    expect(await here.app.store.readStream(`stay-${sent.messages[0]?.stayId ?? ''}`)).toHaveLength(6);
  });
});

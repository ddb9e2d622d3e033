import { readFileSync } from 'node:fs';
import { hl7, startWard, type Ward } from '../testing/ward.js';

/** docs/connect-a-ward.md, followed by a made-up trust that reads nothing else. */
const page = readFileSync(new URL('../../../docs/connect-a-ward.md', import.meta.url), 'utf8');
const block = (info: string): string => {
  const [, text] = page.split(`\`\`\`${info}\n`);
  if (text === undefined) throw new Error(`The page has no ${info}.`);
  return text.split('\n```')[0] ?? '';
};
const message = (name: string): string => block(`hl7 ${name}`);
const answer = (name: string): object => JSON.parse(block(`json answer ${name}`)) as object;

let here: Ward;
beforeAll(async () => {
  here = await startWard();
}, 60_000);
afterAll(() => here.app.stop());

describe('docs/connect-a-ward.md', () => {
  test('can be followed from top to bottom, and every answer is as it says', async () => {
    const idt = await here.app.api('idt');
    const announced = await idt.post('/feeds', { feed: 'EPR/RNG' });
    expect(announced.json).toMatchObject(answer('announce'));
    const feed = `/feeds/${announced.text('feedId')}`;
    const tried = async (name: string) => (await idt.post(`${feed}/try`, message(name), hl7)).json;
    const send = async (name: string) => (await here.admin.post('/ward-events/hl7v2', message(name), hl7)).json;

    expect(await tried('discharged')).toMatchObject(answer('try discharged'));
    const mapping: unknown = JSON.parse(block('json mapping'));
    const unset = await idt.post(`${feed}/try`, { message: message('discharged'), mapping });
    expect(unset.json).toMatchObject({
      outcome: 'accepted',
      read: { hospital: 'RNG', says: { destinationCode: '19' } },
    });
    expect((await idt.put(`${feed}/mapping`, { mapping })).status).toBe(200);
    expect(await tried('admitted')).toMatchObject(answer('try admitted'));
    expect(await tried('ready')).toMatchObject(answer('try ready'));

    expect(await send('admitted')).toMatchObject(answer('send admitted'));
    await send('ready');
    const sent = await send('discharged');
    const stays = await idt.get(`/stays?hospital=RNG&waitFor=${String(sent['position'])}`);
    expect((stays.json as { items: unknown[] }).items).toMatchObject([answer('stay')]);
    expect((await idt.get(`${feed}/messages/NG000003`)).json).toMatchObject(answer('heard NG000003'));
    expect(page).toContain(`${feed}/try`);
    expect(page).toContain(`${feed}/messages/NG000003`);
  });
});

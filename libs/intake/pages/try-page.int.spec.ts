import { startTestApp, type TestApp } from '../../../test/support/app.js';
import { adt } from '../testing/adt.js';
import { intakeAlone } from '../testing/intake-app.js';
import { signedIn, type NoScript } from '../testing/no-script.js';

let app: TestApp;
let idt: NoScript;
let page: string;
beforeAll(async () => {
  app = await startTestApp({ module: intakeAlone });
  idt = await signedIn(app.url, 'idt');
  const announced = await (await app.api('idt')).post('/feeds', { feed: 'PAS/RAL' });
  page = `/operations/feeds/${announced.text('feedId')}/try`;
}, 60_000);
afterAll(() => app.stop());

const typed = (message: string): string => message.replaceAll('\r', '\r\n');

describe('The page to try a message', () => {
  test('is linked from a feed that was announced and from one that was heard', async () => {
    expect((await idt.go('/operations/feeds')).text).toMatch(
      new RegExp(`Announced, and not heard yet[\\s\\S]*href="${page}"`),
    );
    const api = await app.api('admin');
    await api.post('/ward-events/hl7v2', adt({ event: 'A01', place: 'LARCH^1^A^RAL' }), {
      'content-type': 'x-application/hl7-v2+er7',
    });
    const feeds = (await idt.go('/operations/feeds')).text;
    expect([feeds.includes(`href="${page}"`), feeds.includes('Announced, and')]).toEqual([true, false]);
  });

  test('shows what would become of it, and keeps what was typed', async () => {
    const form = await idt.go(page);
    expect(form.text).toContain('Try a message of PAS/RAL');
    const _csrf = idt.csrfOf(form.text);
    const message = typed(adt({ event: 'A02', place: 'OAK^2^B^RAL', extra: ['OBX|1|DT|DRD^<b>x||20261103||||||F'] }));
    const tried = await idt.go(page, { _csrf, message, mapping: '{"readyDate": "OBX[DRD]"}' });
    expect(tried.status).toBe(200);
    expect(tried.text).toContain('It would be taken.');
    expect(tried.text).toMatch(/Place[\s\S]*LARCH, 1, A[\s\S]*OAK, 2, B/);
    expect(tried.text).toMatch(/Discharge ready date[\s\S]*Tuesday 3 November 2026/);
    expect(tried.text).toContain('OBX[DRD]');
    expect(tried.text).not.toContain('<b>x');
  });

  test('says what is wrong, at its field', async () => {
    const _csrf = idt.csrfOf((await idt.go(page)).text);
    const message = typed(adt({ event: 'A01' }));
    const answers = [
      await idt.go(page, { _csrf, message: '' }),
      await idt.go(page, { _csrf, message: typed(adt({ event: 'A01', sender: 'OTHER' })) }),
      await idt.go(page, { _csrf, message, mapping: '{' }),
      await idt.go(page, { _csrf, message, mapping: '{"readyDate": "PID-7"}' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
    expect(answers[0]?.text).toContain('Message must not be empty');
    expect(answers[1]?.text).toContain('The message is of another feed');
    expect(answers[2]?.text).toContain('Mapping is not JSON');
    expect(answers[3]?.text).toContain('Mapping readyDate must be a place in the message');
    expect((await idt.go(page, { message })).status).toBe(403);
    const rejected = await idt.go(page, { _csrf, message: 'hello' });
    expect([rejected.status, rejected.text.includes('It would be rejected')]).toEqual([200, true]);
  });

  test('is for those who look after feeds, a ward for the own hospital', async () => {
    expect((await (await signedIn(app.url, 'broker')).go(page)).status).toBe(403);
    expect((await (await signedIn(app.url, 'ward')).go(page)).status).toBe(200);
    expect((await idt.go('/operations/feeds/0123456789abcdef/try')).status).toBe(404);
  });
});

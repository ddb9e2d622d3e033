import { startTestApp, type TestApp } from '../../../test/support/app.js';
import { adt } from '../testing/adt.js';
import { intakeAlone } from '../testing/intake-app.js';
import { signedIn } from '../testing/no-script.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ module: intakeAlone });
}, 60_000);
afterAll(() => app.stop());

describe('The pages of intake', () => {
  test('say what to expect while nothing has come', async () => {
    const { go } = await signedIn(app.url, 'idt');
    expect((await go('/operations/feeds')).text).toContain('No ward message has come yet');
    expect((await go('/operations/quarantine')).text).toContain('Nothing is in quarantine');
    expect((await go('/operations/quarantine/nobody')).status).toBe(404);
  });

  test('show a message that was not taken with its reason, and settle it', async () => {
    const api = await app.api('admin');
    const bad = adt({ event: 'A01', controlId: '<b>BAD</b>', recorded: '20261399' });
    await api.post('/ward-events/hl7v2', bad, { 'content-type': 'x-application/hl7-v2+er7' });
    const { go, csrfOf } = await signedIn(app.url, 'idt');
    expect((await go('/operations/feeds')).text).toMatch(/PAS\/RAL[\s\S]*1 waiting/);
    const list = await go('/operations/quarantine');
    expect(list.text).toContain('EVN-2 is a day that does not exist.');
    expect(list.text).not.toContain('<b>BAD');
    expect(list.text).not.toContain('TESTPATIENT');
    const link = /href="(\/operations\/quarantine\/[^"]+)"/.exec(list.text)?.[1] ?? '';
    const page = await go(link);
    const _csrf = csrfOf(page.text);

    const retried = await go(`${link}/retry`, { _csrf });
    expect([retried.status, retried.text.includes('It still cannot be taken.')]).toEqual([409, true]);
    const blank = await go(`${link}/dismiss`, { _csrf, reason: ' ' });
    expect(blank.status).toBe(400);
    expect(blank.text).toContain('Reason must say why the message is not needed');
    expect((await go(`${link}/dismiss`, { reason: 'sent again' })).status).toBe(403);
    const done = await go(`${link}/dismiss`, { _csrf, reason: 'sent again' });
    expect([done.status, done.location]).toEqual([303, '/operations/quarantine']);
    expect((await go('/operations/quarantine')).text).toContain('The message was dismissed.');
  });

  test('are for those who look after feeds', async () => {
    const { go } = await signedIn(app.url, 'broker');
    expect((await go('/operations/feeds')).status).toBe(403);
    const wardUser = await signedIn(app.url, 'ward');
    expect((await wardUser.go('/operations/feeds')).status).toBe(200);
  });
});

import { makeTestNumber } from '#libs/nhs/index.js';
import { startTestApp, type TestApp } from '../../../test/support/app.js';
import { Browser, type Visited } from '../../../test/support/browser.js';
import { dischargeAlone } from '../testing/discharge-app.js';

const module = dischargeAlone;

let app: TestApp;
let idt: Browser;
let sequence = 8000;
const signedIn = async (username: string): Promise<Browser> => (await Browser.signedIn(app.url, username)).following();

beforeAll(async () => {
  app = await startTestApp({ module });
  idt = await signedIn('idt');
}, 60_000);
afterAll(() => app.stop());

const referral = (over: Record<string, string | readonly string[]> = {}) => ({
  'person.nhsNumber': makeTestNumber((sequence += 1)),
  'person.familyName': 'TESTPERSON',
  'person.givenNames': 'Grace',
  'person.birthDate': '1941-03-02',
  'person.sex': 'F',
  'person.postcode': 'N12 0AA',
  hospital: 'RAL',
  ward: 'LARCH',
  homeAuthority: 'Barnet',
  'needs.summary': 'Help with washing',
  'involvement.person': 'Wants to go home',
  referredBy: 'Ward sister',
  ...over,
});
const referred = async (over: Record<string, string | readonly string[]> = {}): Promise<string> => {
  await idt.open('/cases/new');
  const seen = await idt.send('/cases/new', referral(over));
  const caseId = /^\/cases\/([\w-]+)$/.exec(seen.url)?.[1];
  if (caseId === undefined) throw new Error(`No case: ${String(seen.status)} ${seen.url} ${seen.text.slice(0, 600)}`);
  return caseId;
};
const fill = async (caseId: string, form: string, fields: Record<string, string>): Promise<Visited> => {
  const asked = await idt.open(`/cases/${caseId}/do/${form}${fields['of'] ? `?of=${fields['of']}` : ''}`);
  expect(asked.status).toBe(200);
  const sent = await idt.send(`/cases/${caseId}/do/${form}`, fields);
  if (sent.status !== 200) return sent;
  // A page shows what it can within a moment; on a busy machine what follows may take longer.
  await app.settled();
  return idt.open(sent.url);
};
const idsIn = (seen: Visited, form: string): readonly string[] =>
  [...seen.html.matchAll(new RegExp(`/do/${form}\\?of=([\\w-]+)`, 'g'))].flatMap(([, id]) => id ?? []);

describe('a name that wants to be run', () => {
  it('stands on the pages as it was written: as text, and not as markup, template or formula', async () => {
    const name = `<img src=x onerror=alert(1)>"'{{ 7*191 }}{% raw %}=cmd|A0`;
    const caseId = await referred({
      'person.familyName': name,
      'person.givenNames': '</title><script>alert(2)</script>',
    });
    await app.settled();
    for (const path of [`/cases/${caseId}`, '/huddle']) {
      const { html, status } = await idt.open(path);
      expect(status).toBe(200);
      expect(html).not.toMatch(/<img src=x|<script>alert|1337/);
    }
    const { text } = await idt.open(`/cases/${caseId}`);
    expect(text).toContain(name);
  });
});

describe('referring by page', () => {
  it('opens the case it made, with the person, their needs and what they say', async () => {
    const caseId = await referred({ flags: ['dementia', 'carer'] });
    const { text } = await idt.open(`/cases/${caseId}`);
    for (const words of [
      'TESTPERSON, Grace',
      'Help with washing',
      'Wants to go home',
      'Dementia, Carer',
      'Sunday 2 March 1941',
    ])
      expect(text).toContain(words);
  });
  it('says what is wrong beside the field, and keeps what was typed', async () => {
    await idt.open('/cases/new');
    const seen = await idt.send('/cases/new', referral({ 'person.nhsNumber': '9990000019', ward: 'OAK' }));
    expect(seen.status).toBe(400);
    expect(seen.html).toContain('href="#person.nhsNumber"');
    expect(seen.html).toMatch(/id="person.nhsNumber-error"/);
    expect(seen.html).toContain('value="9990000019"');
    expect(seen.html).toContain('value="OAK"');
    expect(seen.html).toContain('>Wants to go home</textarea>');
  });
  it('names everything that has to be answered and was not', async () => {
    await idt.open('/cases/new');
    const seen = await idt.send('/cases/new', { hospital: 'RAL' });
    expect(seen.status).toBe(400);
    for (const words of ['NHS number: enter it', 'Sex: choose one', 'Who refers: enter it'])
      expect(seen.text).toContain(words);
    expect(seen.text).not.toContain('Ward: enter it');
  });
  it('leads to the case that is open already', async () => {
    const number = makeTestNumber((sequence += 1));
    const caseId = await referred({ 'person.nhsNumber': number });
    await idt.open('/cases/new');
    const seen = await idt.send('/cases/new', referral({ 'person.nhsNumber': number }));
    expect(seen.status).toBe(409);
    expect(seen.html).toContain(`href="/cases/${caseId}"`);
  });
});

describe('the forms of a case', () => {
  it('take every decision of a case, one a page', async () => {
    const caseId = await referred();
    const said: readonly (readonly [string, Record<string, string>, string])[] = [
      ['accept', {}, 'Accepted'],
      ['assign', { worker: 'idt' }, 'idt'],
      ['criteria', { meets: 'no', assessor: 'Dr A', reason: 'Safe to leave' }, 'Not met'],
      [
        'pathway',
        { pathway: '2', reason: 'Needs rehab', whyNotHome: 'Stairs', decidedBy: 'MDT' },
        'Why not home: Stairs',
      ],
      ['expected-date', { date: '2027-01-05', reason: 'Family ready then' }, 'Tuesday 5 January 2027'],
      ['delay', { reason: 'CAP5', note: 'No bed' }, 'CAP5 Bed-based rehabilitation'],
      [
        'action',
        { what: 'Ring the daughter', 'owner.organisation': 'council', 'owner.person': 'Sam', due: '2027-01-02' },
        'Ring the daughter',
      ],
      ['escalate', { level: '2', to: 'Team lead', why: 'Stuck' }, 'Level 2 to Team lead'],
      ['involvement', { person: 'Rather sooner', carer: 'Agrees' }, 'Rather sooner'],
      ['choice', { outcome: 'Two homes named' }, 'Two homes named'],
      ['carers-assessment', { accepted: 'yes', note: 'Next week' }, 'Next week'],
      ['pause', { reason: 'Family away' }, 'Paused'],
      ['resume', {}, 'Active'],
    ];
    for (const [form, fields, words] of said) {
      const seen = await fill(caseId, form, fields);
      expect([form, seen.status, seen.url]).toEqual([form, 200, `/cases/${caseId}`]);
      expect(seen.text).toContain(words);
    }
    const seen = await idt.open(`/cases/${caseId}`);
    for (const form of ['end-delay', 'complete-action', 'resolve-escalation']) {
      const [of = ''] = idsIn(seen, form);
      const after = await fill(caseId, form, { of });
      expect([form, after.status]).toEqual([form, 200]);
      expect(idsIn(after, form)).toEqual([]);
    }
  });

  it('end a case: withdrawn, discharged, closed', async () => {
    for (const [form, fields, words] of [
      ['withdraw', { reason: 'Not needed' }, 'Withdrawn'],
      ['discharge', { destinationCode: '19' }, 'Discharged'],
      ['close', { reason: 'Moved away' }, 'Closed'],
    ] as const)
      expect((await fill(await referred(), form, fields)).text).toContain(words);
  });

  it('say which rule refuses, and keep what was typed', async () => {
    const caseId = await referred();
    const seen = await fill(caseId, 'pathway', { pathway: '3', reason: 'Too frail', decidedBy: 'MDT' });
    expect(seen.status).toBeGreaterThanOrEqual(400);
    expect(seen.html).toContain('>Too frail</textarea>');
    expect(seen.html).toMatch(/value="3" checked/);
    expect(seen.text).toContain('There is a problem');
    const late = await fill(caseId, 'delay', { reason: 'CAP1', when: '2999-01-01T10:00' });
    expect(late.status).toBe(400);
    expect(late.html).toContain('id="when-error"');
  });

  it('take a time of London', async () => {
    const caseId = await referred();
    await fill(caseId, 'criteria', { meets: 'yes', assessor: 'Dr A', when: '2026-07-01T10:00' });
    const { json } = await (await app.api('idt')).get(`/cases/${caseId}/timeline`);
    const items = Array.isArray(json['items']) ? json['items'] : [];
    expect(JSON.stringify(items.at(-1))).toContain('2026-07-01T09:00:00.000Z');
  });

  it('mark an entry in error; it stays in the timeline', async () => {
    const caseId = await referred();
    const seen = await fill(caseId, 'pathway', { pathway: '1', reason: 'Help', decidedBy: 'MDT' });
    const [of = ''] = idsIn(seen, 'mark-in-error');
    const after = await fill(caseId, 'mark-in-error', { of, reason: 'Wrong person' });
    expect(after.text).toContain('In error: A discharge-to-assess pathway was agreed.');
    expect(after.text).toContain('Not decided');
  });

  it('are not for a ward, but for what a ward says; nor for another hospital', async () => {
    const caseId = await referred();
    const ward = await signedIn('ward');
    expect((await ward.open(`/cases/${caseId}/do/pathway`)).status).toBe(403);
    expect((await ward.open(`/cases/${caseId}/do/criteria`)).status).toBe(200);
    expect((await ward.open(`/cases/${await referred({ hospital: 'R1K' })}`)).status).toBe(403);
    expect((await (await signedIn('broker')).open(`/cases/${caseId}/do/criteria`)).status).toBe(403);
  });
});

describe('a restricted record', () => {
  it('is opened by a form with a reason, which stands in no address', async () => {
    const caseId = await referred({ flags: ['restricted'], 'person.familyName': 'HIDDENNAME' });
    const closed = await idt.open(`/cases/${caseId}`);
    expect(closed.text).toContain('This record is restricted');
    expect(closed.html).not.toMatch(/HIDDENNAME|Help with washing/);
    const opened = await idt.send(`/cases/${caseId}/open`, { reason: 'Her social worker' });
    expect(opened.url).toBe(`/cases/${caseId}/open`);
    expect(opened.text).toContain('HIDDENNAME');
  });
});

describe('the huddle board', () => {
  it('shows people with their figures, filtered by the address', async () => {
    const caseId = await referred({ hospital: 'R1K', ward: 'ASH' });
    await app.settled();
    const all = await idt.open('/huddle');
    expect(all.html).toContain(`id="case-${caseId}"`);
    expect(all.html).toMatch(/data-stream="\/huddle\/stream\?since=\d+"/);
    expect((await idt.open('/huddle?ward=ASH&hospital=R1K')).html).toContain(`id="case-${caseId}"`);
    expect((await idt.open('/huddle?ward=ELM')).html).not.toContain(`id="case-${caseId}"`);
    expect((await idt.open('/huddle?names=hidden')).html).not.toContain('TESTPERSON');
    expect((await idt.open('/huddle?view=wall')).html).not.toContain('TESTPERSON');
  });
  it('as it stood says so in a way that cannot be missed, and is not live', async () => {
    const seen = await idt.open('/huddle?at=2026-01-05T10%3A00');
    expect(seen.url).toBe('/huddle?asOf=2026-01-05T10%3A00%3A00.000Z');
    expect(seen.text).toContain('This is not now. The board as it stood on Monday 5 January 2026 at 10:00:00');
    expect(seen.html).not.toContain('data-stream');
    expect((await idt.open('/huddle?at=2999-01-05T10%3A00')).status).toBe(400);
  });
  it('holds a huddle: one person large, decisions minuted, then what changed since', async () => {
    const caseId = await referred();
    await idt.open('/huddle');
    const started = await idt.send('/huddle/meetings', {});
    await app.settled();
    const meeting = started.url;
    expect(meeting).toMatch(/^\/huddle\/meetings\/[\w-]+$/);
    const one = await idt.open(`${meeting}?case=${caseId}`);
    expect(one.text).toContain('What is decided?');
    const empty = await idt.send(`${meeting}/reviews`, { caseId, decision: '', note: 'kept' });
    expect([empty.status, empty.html.includes('>kept</textarea>')]).toEqual([400, true]);
    const minuted = await idt.send(`${meeting}/reviews`, { caseId, decision: 'Home on Friday', note: '' });
    expect(minuted.text).toContain('Home on Friday');
    const finished = await idt.send(`${meeting}/finish`, {});
    expect(finished.text).toContain('finished');
    await app.settled();
    expect((await idt.open('/huddle?changed=last-huddle')).html).not.toContain(`id="case-${caseId}"`);
    await fill(caseId, 'accept', {});
    const changed = await idt.open('/huddle?changed=last-huddle');
    expect(changed.html).toContain(`id="case-${caseId}"`);
    expect(changed.text).toContain('Status');
  });
});

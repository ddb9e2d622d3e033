import { addDays, londonDate, startOfLondonDay } from '#libs/nhs/civil-date.js';
import type { ApiAnswer, ApiClient } from '../support/api-client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { adt, hl7Type, wardPerson, type Adt, type WardPerson } from '../e2e/ward.js';

type Json = Readonly<Record<string, unknown>>;

/** Reablement as an outsider sees it: ward messages in, commands over HTTP, answers out. */
describe('reablement from outside', () => {
  let app: TestApp;
  let idt: ApiClient;
  let ward: ApiClient;
  let broker: ApiClient;
  let reablement: ApiClient;
  let sequence = 4100;
  let control = 0;
  const today = londonDate(new Date().toISOString());
  const left = addDays(today, -88);
  const at = (date: string, hour = 10): string =>
    new Date(Date.parse(startOfLondonDay(date)) + hour * 3_600_000).toISOString();
  const ok = (answer: ApiAnswer): ApiAnswer => {
    if (answer.status >= 300) throw new Error(`${String(answer.status)} ${JSON.stringify(answer.body)}`);
    return answer;
  };
  const send = async (person: WardPerson, said: Omit<Adt, 'controlId'>): Promise<void> => {
    control += 1;
    const message = adt(person, { ...said, controlId: `R${String(control)}` });
    const answer = ok(await ward.post('/ward-events/hl7v2', message, hl7Type));
    if (answer.json['accepted'] !== 1) throw new Error(JSON.stringify(answer.body));
  };

  beforeAll(async () => {
    app = await startTestApp();
    [idt, broker, reablement, ward] = (await Promise.all(
      ['idt', 'broker', 'reablement', 'ward'].map((name) => app.api(name)),
    )) as [ApiClient, ApiClient, ApiClient, ApiClient];
    const services = ['reablement'];
    ok(
      await broker.put('/providers/prov-a', {
        name: 'Acorn (example)',
        cqcLocationId: '1-999000101',
        cqcRating: 'good',
        services,
        areas: ['N12'],
      }),
    );
    ok(
      await broker.post('/providers/prov-a/capacity', {
        serviceType: 'reablement',
        accepting: 50,
        asOf: new Date().toISOString(),
      }),
    );
  }, 90_000);
  afterAll(async () => app?.stop(), 30_000);

  /** Admitted, referred, on pathway 1, with reablement awarded. */
  const awarded = async () => {
    const person = wardPerson((sequence += 1));
    const admitted = addDays(left, -10);
    await send(person, { event: 'A01', at: at(admitted), admittedAt: at(admitted) });
    const made = ok(
      await idt.post('/cases', {
        person: {
          nhsNumber: person.nhsNumber,
          familyName: 'Testpatient',
          givenNames: 'Ada',
          birthDate: person.birthDate,
          sex: 'F',
          postcode: 'N12 0AA',
        },
        hospital: 'RAL',
        homeAuthority: 'Barnet',
        needs: { summary: 'Help with washing' },
        involvement: { person: 'Wants to go home' },
        referredBy: 'Ward sister',
        occurredAt: at(addDays(left, -5)),
      }),
    );
    const caseId = made.text('caseId');
    const occurredAt = at(addDays(left, -4));
    const pathway = { pathway: 1, reason: 'Reablement at home', decidedBy: 'Hub', occurredAt };
    const position = ok(await idt.post(`/cases/${caseId}/pathway`, pathway)).text('position');
    const drafts = ok(await idt.get(`/placement-requests?caseId=${caseId}&waitFor=${position}`)).json[
      'items'
    ] as Json[];
    const path = `/placement-requests/${String(drafts[0]?.['requestId'])}`;
    ok(
      await idt.post(`${path}/complete`, {
        serviceType: 'reablement',
        needs: { summary: 'Washing' },
        hoursPerWeek: 10,
        callsPerDay: 2,
        carersPerCall: 1,
        startBy: left,
        outwardPostcode: 'N12',
        preferences: {},
        funding: 'local-authority',
        weeklyCeiling: 800,
        occurredAt,
      }),
    );
    ok(await broker.post(`${path}/approve`, { approver: 'broker', occurredAt }));
    ok(await broker.post(`${path}/claim`, { occurredAt }));
    ok(await broker.post(`${path}/send`, { providerIds: ['prov-a'], wave: 1, occurredAt }));
    const offer = { providerId: 'prov-a', canStartOn: left, weeklyPrice: 500, occurredAt };
    const offerId = ok(await broker.post(`${path}/offers`, offer)).text('offerId');
    ok(await broker.post(`${path}/offers/${offerId}/confirm`, { occurredAt }));
    ok(await broker.post(`${path}/award`, { offerId, reason: 'Soonest', occurredAt }));
    return { person, caseId };
  };
  const goesHome = (person: WardPerson, on = left, recordedAt = at(on)): Promise<void> =>
    send(person, { event: 'A03', at: at(on), recordedAt, dischargedAt: at(on), method: '1', destination: '19' });
  const checkOf = async (caseId: string): Promise<Json | undefined> => {
    await app.settled();
    const items = ok(await reablement.get('/day-91-checks?limit=500')).json['items'] as Json[];
    return items.find((one) => one['caseId'] === caseId);
  };

  it('a discharge taken back takes the check with it; given again on another day, the check is of that day', async () => {
    const { person, caseId } = await awarded();
    await goesHome(person);
    expect(await checkOf(caseId)).toMatchObject({ state: 'due', dischargedOn: left, dueOn: addDays(left, 91) });
    await send(person, { event: 'A13', at: at(left), recordedAt: at(left, 11) });
    expect(await checkOf(caseId)).toBeUndefined();
    await goesHome(person, addDays(left, 2));
    expect(await checkOf(caseId)).toMatchObject({ dischargedOn: addDays(left, 2), dueOn: addDays(left, 93) });
  }, 60_000);

  it('a readmission is evidence and a pause, an A11 takes both back, and a death answers, in whatever order it is heard', async () => {
    for (const deathFirst of [false, true]) {
      const { person, caseId } = await awarded();
      await goesHome(person);
      await app.settled();
      const begun = { providerId: 'prov-a', startedOn: addDays(left, 1), plannedWeeks: 6, hoursPerWeek: 10 };
      const made = ok(await reablement.post('/reablement-episodes', { ...begun, caseId, assessorType: 'joint' }));
      const episode = async (): Promise<Json> => {
        await app.settled();
        return ok(await reablement.get(`/reablement-episodes/${made.text('episodeId')}`)).json;
      };
      const again = { ...person, visit: `${person.visit}B` };
      const back = addDays(left, 20);
      const admit = () => send(again, { event: 'A01', at: at(back), admittedAt: at(back) });
      const dies = () =>
        send(again, {
          event: 'A03',
          at: at(addDays(left, 25)),
          admittedAt: at(back),
          dischargedAt: at(addDays(left, 25)),
          method: '4',
          destination: '79',
        });
      if (!deathFirst) {
        await admit();
        expect(await checkOf(caseId)).toMatchObject({ evidence: [{ kind: 'readmitted', date: back, until: null }] });
        expect(await episode()).toMatchObject({ status: 'paused' });
        await send(again, { event: 'A11', at: at(back), recordedAt: at(back, 12) });
        expect(await checkOf(caseId)).toMatchObject({ evidence: [] });
        expect(await episode()).toMatchObject({ status: 'running' });
        await send(again, { event: 'A01', at: at(back), recordedAt: at(back, 13), admittedAt: at(back) });
      }
      await dies();
      if (deathFirst) await admit();
      expect(await checkOf(caseId)).toMatchObject({
        state: 'done',
        died: true,
        outcome: { status: 'died', by: 'death' },
        evidence: [{ kind: 'readmitted', date: back, until: addDays(left, 25) }],
      });
      expect(await episode()).toMatchObject({ status: 'ended', outcome: 'died', endedOn: addDays(left, 25) });
    }
  }, 90_000);

  it('a death at home completes the check although nobody recorded that care began', async () => {
    const { person, caseId } = await awarded();
    await goesHome(person);
    await app.settled();
    const again = { ...person, visit: `${person.visit}B` };
    const day = addDays(left, 20);
    await send(again, { event: 'A01', at: at(day), admittedAt: at(day) });
    await send(again, { event: 'A03', at: at(day, 14), dischargedAt: at(day, 14), method: '4', destination: '79' });
    expect(await checkOf(caseId)).toMatchObject({ state: 'done', outcome: { status: 'died' } });
    // Alive after all: the check is a person's to answer again.
    await send(again, { event: 'A13', at: at(day, 14), recordedAt: at(day, 15) });
    expect(await checkOf(caseId)).toMatchObject({ died: false, outcome: null });
  }, 60_000);
});

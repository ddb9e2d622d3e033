import { addDays, londonDate, startOfLondonDay } from '#libs/nhs/civil-date.js';
import type { ApiAnswer, ApiClient } from '../support/api-client.js';
import { adt, hl7Type, wardPerson } from './ward.js';

type Json = Readonly<Record<string, unknown>>;
const list = (answer: ApiAnswer, field: string): readonly Json[] => answer.json[field] as readonly Json[];

/** What the story is played on: the whole in one process, or services side by side. */
export interface Stage {
  api(username: string): Promise<ApiClient>;
  stop(): Promise<void>;
}

/** One person's stay, from a ward message to the day-91 answer and the figures. */
export const describeOneStay = (open: () => Promise<Stage>): void => {
  let app: Stage | undefined;
  let idt: ApiClient;
  let broker: ApiClient;
  let broker2: ApiClient;
  let reablement: ApiClient;
  let ward: ApiClient;
  const person = wardPerson(1001);
  const today = londonDate(new Date().toISOString());
  const discharged = addDays(today, -90);
  const ready = addDays(discharged, -3);
  const admitted = addDays(discharged, -12);
  const at = (date: string, hour: number): string =>
    new Date(Date.parse(startOfLondonDay(date)) + hour * 3_600_000).toISOString();
  let caseId: string;
  let stayId: string;
  let requestId: string;
  let position: string;

  const ok = (answer: ApiAnswer): ApiAnswer => {
    if (answer.status >= 300) throw new Error(`${String(answer.status)} ${JSON.stringify(answer.body)}`);
    if (typeof answer.json['position'] === 'string') position = answer.json['position'];
    return answer;
  };
  const send = async (...messages: string[]): Promise<ApiAnswer> =>
    ok(await ward.post('/ward-events/hl7v2', messages.join('\r'), hl7Type));
  const theCase = async (): Promise<Json> => ok(await idt.get(`/cases/${caseId}?waitFor=${position}`)).json;

  beforeAll(async () => {
    const stage = (app = await open());
    [idt, broker, broker2, reablement, ward] = (await Promise.all(
      ['idt', 'broker', 'broker2', 'reablement', 'ward'].map((name) => stage.api(name)),
    )) as [ApiClient, ApiClient, ApiClient, ApiClient, ApiClient];
  }, 120_000);
  afterAll(async () => app?.stop(), 60_000);

  it('a ward message makes a stay, kept without a name', async () => {
    const answer = await send(
      adt(person, { event: 'A01', controlId: 'M1', at: at(admitted, 10), admittedAt: at(admitted, 10) }),
    );
    expect(answer.json).toMatchObject({ accepted: 1, duplicates: 0, ignored: 0, quarantined: 0 });
    stayId = String(list(answer, 'messages')[0]?.['stayId']);
    const stay = ok(await idt.get(`/stays/${stayId}?waitFor=${position}`));
    expect(stay.json).toMatchObject({
      stayId,
      hospital: 'RAL',
      ward: 'LARCH',
      room: '1',
      bed: 'A',
      status: 'open',
      admittedAt: at(admitted, 10),
      dischargedAt: null,
      referred: false,
      moves: [],
    });
    expect(JSON.stringify(stay.body)).not.toContain(person.family);
  });

  it('the same message again is a duplicate and names its stay', async () => {
    const answer = await send(
      adt(person, { event: 'A01', controlId: 'M1', at: at(admitted, 10), admittedAt: at(admitted, 10) }),
    );
    expect(answer.json).toMatchObject({ accepted: 0, duplicates: 1 });
    expect(list(answer, 'messages')[0]).toMatchObject({ ack: 'AA', stayId });
  });

  it('a referral finds the stay, and a second one for it is refused', async () => {
    const body = {
      person: {
        nhsNumber: person.nhsNumber,
        familyName: 'Testpatient',
        givenNames: 'Ada',
        birthDate: person.birthDate,
        sex: 'F',
        postcode: 'N12 0AA',
      },
      hospital: 'RAL',
      ward: 'LARCH',
      homeAuthority: 'Barnet',
      needs: { summary: 'Help with washing' },
      involvement: { person: 'Wants to go home' },
      referredBy: 'Ward sister',
      occurredAt: at(ready, 8),
    };
    const answer = ok(await idt.post('/cases', body));
    expect(answer.status).toBe(201);
    caseId = answer.text('caseId');
    expect(answer.json).toMatchObject({ id: caseId, stayId });
    const again = await idt.post('/cases', body);
    expect(again.status).toBe(409);
    expect(again.json).toMatchObject({ code: 'case.already-open', caseId });
  });

  it('ready, accepted, assigned, on a pathway, waiting', async () => {
    await send(adt(person, { event: 'A08', controlId: 'M2', at: at(ready, 9), fit: 'Y', readyDate: ready }));
    ok(await idt.post(`/cases/${caseId}/accept`, { occurredAt: at(ready, 9) }));
    ok(await idt.post(`/cases/${caseId}/assign`, { worker: 'idt', occurredAt: at(ready, 9) }));
    const refused = await idt.post(`/cases/${caseId}/pathway`, { pathway: 4, reason: 'x', decidedBy: 'y' });
    expect(refused.status).toBe(400);
    ok(
      await idt.post(`/cases/${caseId}/pathway`, {
        pathway: 1,
        reason: 'Reablement at home',
        decidedBy: 'Hub',
        occurredAt: at(ready, 10),
      }),
    );
    ok(
      await idt.post(`/cases/${caseId}/expected-discharge-date`, {
        date: addDays(discharged, -1),
        occurredAt: at(ready, 10),
      }),
    );
    ok(await idt.post(`/cases/${caseId}/expected-discharge-date`, { date: discharged, occurredAt: at(ready, 11) }));
    ok(await idt.post(`/cases/${caseId}/delays`, { reason: 'CAP1', occurredAt: at(ready, 11) }));
    const board = ok(await idt.get(`/board?asOf=${at(addDays(ready, 1), 12)}&waitFor=${position}`));
    const row = list(board, 'rows').find((one) => one['caseId'] === caseId);
    expect(row).toMatchObject({
      stayId,
      status: 'active',
      pathway: 1,
      slips: 1,
      dischargeReadyDate: ready,
      daysSinceReady: 1,
      name: expect.stringMatching(/testpatient/i) as unknown,
      losDays: 10,
    });
    expect(row?.['delays']).toEqual([expect.objectContaining({ reason: 'CAP1', days: 1, owner: 'council' })]);
  });

  it('the pathway opens a draft request, and somebody else approves it', async () => {
    const drafts = list(ok(await idt.get(`/placement-requests?caseId=${caseId}&waitFor=${position}`)), 'items');
    expect(drafts).toEqual([expect.objectContaining({ state: 'draft', serviceType: 'reablement' })]);
    requestId = String(drafts[0]?.['requestId']);
    const incomplete = await idt.post(`/placement-requests/${requestId}/complete`, { serviceType: 'reablement' });
    expect(incomplete.status).toBe(409);
    expect(incomplete.json['missing']).toEqual(expect.arrayContaining(['startBy']));
    const complete = {
      serviceType: 'reablement',
      needs: { summary: 'Washing and dressing' },
      hoursPerWeek: 10,
      callsPerDay: 2,
      carersPerCall: 1,
      startBy: discharged,
      outwardPostcode: 'N12',
      preferences: { languages: ['English'] },
      funding: 'discharge-fund',
      weeklyCeiling: 800,
      occurredAt: at(ready, 12),
    };
    ok(await idt.post(`/placement-requests/${requestId}/complete`, complete));
    expect((await idt.post(`/placement-requests/${requestId}/approve`, { approver: 'idt' })).status).toBe(409);
    ok(
      await broker2.post(`/placement-requests/${requestId}/approve`, {
        approver: 'broker2',
        occurredAt: at(ready, 13),
      }),
    );
  });

  it('brokerage finds the placement; only a confirmed offer is awarded', async () => {
    const provider = {
      name: 'Acorn (example)',
      cqcLocationId: '1-999000101',
      cqcRating: 'good',
      services: ['reablement'],
      areas: ['N12'],
    };
    ok(await broker.put('/providers/prov-a', provider));
    ok(
      await broker.post('/providers/prov-a/capacity', {
        serviceType: 'reablement',
        accepting: 5,
        asOf: new Date().toISOString(),
      }),
    );
    ok(await broker.post(`/placement-requests/${requestId}/claim`, { occurredAt: at(ready, 13) }));
    expect((await broker2.post(`/placement-requests/${requestId}/claim`)).status).toBe(409);
    const matches = ok(await broker.get(`/placement-requests/${requestId}/matches?waitFor=${position}`));
    expect(list(matches, 'matches').map((one) => one['providerId'])).toEqual(['prov-a']);
    ok(
      await broker.post(`/placement-requests/${requestId}/send`, {
        providerIds: ['prov-a'],
        wave: 1,
        occurredAt: at(ready, 14),
      }),
    );
    const offer = ok(
      await broker.post(`/placement-requests/${requestId}/offers`, {
        providerId: 'prov-a',
        canStartOn: discharged,
        weeklyPrice: 500,
        occurredAt: at(ready, 15),
      }),
    );
    const offerId = offer.text('offerId');
    const early = await broker.post(`/placement-requests/${requestId}/award`, { offerId, reason: 'First' });
    expect(early.status).toBe(409);
    ok(await broker.post(`/placement-requests/${requestId}/offers/${offerId}/confirm`, { occurredAt: at(ready, 16) }));
    ok(
      await broker.post(`/placement-requests/${requestId}/award`, {
        offerId,
        reason: 'First',
        familyChoice: true,
        occurredAt: at(ready, 17),
      }),
    );
    const found = await theCase();
    expect(found['brokerage']).toMatchObject({
      requestId,
      state: 'awarded',
      awardedProviderId: 'prov-a',
      startsOn: discharged,
    });
    const board = ok(await idt.get(`/board?asOf=${at(addDays(ready, 1), 12)}&waitFor=${position}`));
    const delays = list(board, 'rows').find((one) => one['caseId'] === caseId)?.['delays'] as readonly Json[];
    expect(delays.map((one) => one['reason'])).toEqual(['IF1']);
  });

  it('the ward discharges, and the case follows; a cancelled discharge brings it back', async () => {
    const a03 = {
      event: 'A03',
      at: at(discharged, 14),
      dischargedAt: at(discharged, 14),
      method: '1',
      destination: '19',
    };
    await send(adt(person, { ...a03, controlId: 'M3' }));
    expect((await theCase())['status']).toBe('discharged');
    await send(adt(person, { event: 'A13', controlId: 'M4', at: at(discharged, 14), recordedAt: at(discharged, 15) }));
    expect((await theCase())['status']).toBe('active');
    await send(adt(person, { ...a03, controlId: 'M5', recordedAt: at(discharged, 16) }));
    expect((await theCase())['status']).toBe('discharged');
    expect(ok(await idt.get(`/board?waitFor=${position}`)).json['rows']).toEqual([]);
  });

  it('reablement begins, and a check is due on day 91', async () => {
    const episode = ok(
      await reablement.post('/reablement-episodes', {
        caseId,
        providerId: 'prov-a',
        startedOn: addDays(discharged, 1),
        plannedWeeks: 6,
        hoursPerWeek: 10,
        assessorType: 'joint',
      }),
    );
    expect(episode.status).toBe(201);
    ok(
      await reablement.post(`/reablement-episodes/${episode.text('episodeId')}/end`, {
        endedOn: addDays(discharged, 30),
        outcome: 'independent',
      }),
    );
    const checks = list(ok(await reablement.get(`/day-91-checks?waitFor=${position}`)), 'items');
    expect(checks).toEqual([
      expect.objectContaining({ caseId, dischargedOn: discharged, dueOn: addDays(discharged, 91), state: 'due' }),
    ]);
    const checkId = String(checks[0]?.['checkId']);
    ok(
      await reablement.post(`/day-91-checks/${checkId}/attempts`, {
        at: new Date().toISOString(),
        channel: 'phone',
        result: 'spoke-to-person',
      }),
    );
    expect(
      (await reablement.post(`/day-91-checks/${checkId}/outcome`, { status: 'not-contactable', decidedBy: 'J' }))
        .status,
    ).toBe(409);
    ok(
      await reablement.post(`/day-91-checks/${checkId}/outcome`, { status: 'own-home', decidedBy: 'Reablement lead' }),
    );
    const done = list(ok(await reablement.get(`/day-91-checks?state=done&waitFor=${position}`)), 'items');
    expect(done.map((one) => one['checkId'])).toEqual([checkId]);
  });

  it.each([
    ['los.mean', 12, 12, 1],
    ['los.median', 12, null, 1],
    ['drd.average-delay', 3, 3, 1],
    ['drd.same-day-share', 0, 0, 1],
    ['delay.bed-days', 3, 3, null],
    ['home-first.usual-place-share', 1, 1, 1],
    ['reablement.91-day-at-home', 1, 1, 1],
    ['reablement.91-day-known', 1, 1, 1],
    ['brokerage.time-to-source', 4, null, 1],
  ])('the figure %s is %d', async (id, value, numerator, denominator) => {
    const answer = ok(
      await idt.get(`/metrics/${id}?from=${addDays(discharged, -30)}&to=${addDays(discharged, 1)}&waitFor=${position}`),
    );
    expect(answer.json).toMatchObject({ metric: { id }, value, numerator, denominator });
    const people = list(
      ok(await idt.get(`/metrics/${id}/people?from=${addDays(discharged, -30)}&to=${addDays(discharged, 1)}`)),
      'items',
    );
    // A person for most figures; for bed-days a person's day.
    expect(people).toHaveLength(id === 'delay.bed-days' ? 3 : 1);
    expect(people[0]?.['events']).not.toEqual([]);
  });

  it('the timeline shows every step with both clocks and its actor', async () => {
    const items = list(ok(await idt.get(`/cases/${caseId}/timeline?waitFor=${position}`)), 'items');
    const types = items.map((one) => one['type']);
    for (const type of [
      'CaseReferred',
      'CaseAccepted',
      'PathwayAssigned',
      'PlacementAwarded',
      'CaseDischarged',
      'DischargeReversed',
      'ReablementStarted',
      'Day91CheckScheduled',
      'Day91CheckCompleted',
    ]) {
      expect(types).toContain(type);
    }
    expect(items.every((one) => one['occurredAt'] && one['recordedAt'] && one['actor'])).toBe(true);
  });
};

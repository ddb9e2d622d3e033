import type { EventMetadata } from '#libs/event-store/port.js';
import { makeTestNumber } from '#libs/nhs/index.js';
import { PeopleDirectory, type Identifier } from '#libs/people/port.js';
import { newId } from '#libs/platform/ids.js';
import type { ApiAnswer, ApiClient } from '../../../test/support/api-client.js';
import { startTestApp, type TestApp } from '../../../test/support/app.js';
import { startTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { PersonRecords } from '../person-facts/person-records.js';
import { dischargeAlone } from '../testing/discharge-app.js';
import { criteriaEntry } from '../testing/stay-builder.js';
import { referralBody, wardNews } from '../testing/ward-news.js';
import { CaseFollowsStay } from './case-follows-stay.js';
import { DelayFollowsAward } from './delay-follows-award.js';

const module = dischargeAlone;
const metadata: EventMetadata = {
  correlationId: 'spec',
  actor: { id: 'feed', role: 'feed', organisation: 'RAL' },
  source: 'mllp',
};
const admittedAt = '2026-11-01T09:00:00.000Z';
const leftAt = '2026-11-10T14:00:00.000Z';
const left = { status: 'discharged', dischargedAt: leftAt, destinationCode: '19', dischargeMethodCode: '1' } as const;

let database: TestDatabase;
let app: TestApp;
let idt: ApiClient;
let sequence = 6000;

beforeAll(async () => {
  database = await startTestDatabase();
  app = await startTestApp({ module, database });
  idt = await app.api('idt');
}, 60_000);

afterAll(async () => {
  await app.stop();
  await database.stop();
});

const nhs = (value: string): Identifier => ({ kind: 'nhs-number', value, verified: true });
const identify = async (...identifiers: readonly Identifier[]): Promise<string> =>
  (await app.get(PeopleDirectory).identify(identifiers, metadata, admittedAt)).personId;

/** Somebody in a bed of RAL, referred at 10:00 on 2 November. */
const inHospital = async () => {
  const number = makeTestNumber((sequence += 1));
  const personId = await identify(nhs(number));
  const stay = { stayId: newId(), personId };
  const says: (...args: readonly [...Parameters<ReturnType<typeof wardNews>>]) => Promise<string> = wardNews(app.store);
  await says('PatientAdmitted', stay, admittedAt);
  const answer = await idt.post('/cases', referralBody(number, { occurredAt: '2026-11-02T10:00:00Z' }));
  const caseId = answer.text('caseId');
  return {
    number,
    personId,
    stay,
    caseId,
    says: (type: Parameters<typeof says>[0], block: object, at: string) => says(type, { ...stay, ...block }, at),
    post: (path: string, body?: unknown): Promise<ApiAnswer> => idt.post(`/cases/${caseId}${path}`, body),
  };
};
const stateOf = async (caseId: string) => {
  await app.settled();
  return (await app.get(PersonRecords).caseRecord(caseId)).state;
};
const statusOf = async (caseId: string): Promise<string> => (await stateOf(caseId)).status;
const typesOf = async (caseId: string): Promise<string[]> =>
  (await app.store.readStream(`case-${caseId}`)).map(({ type }) => type);

describe('the ward', () => {
  it('discharges a case, takes it back, and discharges it again', async () => {
    const { caseId, says } = await inHospital();
    await says('PatientDischarged', left, leftAt);
    expect(await stateOf(caseId)).toMatchObject({
      status: 'discharged',
      discharge: { by: 'ward', destinationCode: '19' },
    });
    await says('DischargeCancelled', {}, '2026-11-10T15:00:00.000Z');
    expect(await statusOf(caseId)).toBe('referred');
    await says('PatientDischarged', left, leftAt);
    await says('PatientDischarged', left, leftAt);
    expect(await statusOf(caseId)).toBe('discharged');
    expect((await typesOf(caseId)).slice(2)).toEqual(['CaseDischarged', 'DischargeReversed', 'CaseDischarged']);
    const [, , discharged] = await app.store.readStream(`case-${caseId}`);
    expect(discharged).toMatchObject({ occurredAt: leftAt, metadata: { source: 'policy:case-follows-stay' } });
  });

  it('voids an admission and reinstates it; a new stay meanwhile opens nothing', async () => {
    const { caseId, says, stay } = await inHospital();
    await says('AdmissionCancelled', { status: 'cancelled' }, '2026-11-03T09:00:00.000Z');
    expect(await statusOf(caseId)).toBe('withdrawn');
    await wardNews(app.store)(
      'PatientAdmitted',
      { ...stay, stayId: newId(), admittedAt: '2026-11-05T09:00:00.000Z' },
      '2026-11-05T09:00:00.000Z',
    );
    expect(await statusOf(caseId)).toBe('withdrawn');
    await says('PatientAdmitted', {}, '2026-11-06T09:00:00.000Z');
    expect(await statusOf(caseId)).toBe('referred');
  });

  it('tells of a death, and the people register too; each closes the case, each can be withdrawn', async () => {
    const { caseId, says, personId } = await inHospital();
    await says(
      'PatientDischarged',
      { ...left, dischargeMethodCode: '4', destinationCode: '79', diedAt: leftAt },
      leftAt,
    );
    expect(await stateOf(caseId)).toMatchObject({ status: 'closed', by: 'death', body: { discharge: null } });
    await says('DischargeCancelled', {}, '2026-11-10T15:00:00.000Z');
    expect(await statusOf(caseId)).toBe('referred');
    await app.get(PeopleDirectory).recordDeath(personId, leftAt, 'register', metadata, leftAt);
    expect(await statusOf(caseId)).toBe('closed');
    await app.get(PeopleDirectory).withdrawDeath(personId, 'register', metadata, leftAt);
    expect(await statusOf(caseId)).toBe('referred');
  });

  it('is right over a discharge by hand, which never closes the stay', async () => {
    const { caseId, says, post } = await inHospital();
    expect((await post('/discharge', { destinationCode: '29', occurredAt: '2026-11-10T12:00:00Z' })).status).toBe(200);
    expect(await stateOf(caseId)).toMatchObject({ status: 'discharged', discharge: { by: 'hand' } });
    await says('PatientDischarged', left, leftAt);
    expect(await stateOf(caseId)).toMatchObject({
      status: 'discharged',
      discharge: { by: 'ward', destinationCode: '19' },
    });
    await says('DischargeCancelled', {}, '2026-11-10T15:00:00.000Z');
    expect(await statusOf(caseId)).toBe('referred');
  });

  it('told late of everything gives the same end as told in time', async () => {
    const number = makeTestNumber((sequence += 1));
    const caseId = (await idt.post('/cases', referralBody(number, { occurredAt: '2026-11-02T10:00:00Z' }))).text(
      'caseId',
    );
    const stay = { stayId: newId(), personId: await identify(nhs(number)) };
    await wardNews(app.store)('PatientDischarged', { ...stay, ...left }, leftAt);
    expect(await stateOf(caseId)).toMatchObject({ status: 'discharged', body: { link: { stayId: stay.stayId } } });
  });
});

describe('criteria to reside', () => {
  it('met again pause the case, not met resume it, an entry in error counts no more', async () => {
    const { caseId, says, post } = await inHospital();
    await says(
      'CriteriaToResideRecorded',
      { criteria: [criteriaEntry(false, '2026-11-03T10:00:00.000Z')] },
      '2026-11-03T10:00:00.000Z',
    );
    expect(await statusOf(caseId)).toBe('referred');
    const met = { meets: true, assessor: 'Consultant', occurredAt: '2026-11-04T10:00:00Z' };
    expect((await post('/criteria-to-reside', met)).status).toBe(200);
    expect(await statusOf(caseId)).toBe('paused');
    const entry = (await app.store.readStream(`case-${caseId}`)).find(
      ({ type }) => type === 'CriteriaToResideRecorded',
    );
    const path = `/entries/${entry?.eventId ?? ''}/mark-in-error`;
    expect((await post(path, { reason: 'Another patient' })).status).toBe(200);
    expect(await statusOf(caseId)).toBe('referred');
    expect((await post(path, { reason: 'Another patient' })).json['code']).toBe('entry.already-marked');
  });

  it('of a time after the discharge are refused as soon as the ward has told of it, late news of before is taken', async () => {
    const { says, post } = await inHospital();
    await says('PatientDischarged', left, leftAt);
    const said = (occurredAt: string) => ({ meets: false, assessor: 'Consultant', occurredAt });
    expect((await post('/criteria-to-reside', said('2026-11-10T14:00:01Z'))).json['code']).toBe(
      'criteria.after-discharge',
    );
    expect((await post('/criteria-to-reside', said('2026-11-09T10:00:00Z'))).status).toBe(200);
  });

  it('hold delays to the ready date the ward sent', async () => {
    const { says, post } = await inHospital();
    await says(
      'CriteriaToResideRecorded',
      { criteria: [criteriaEntry(false, '2026-11-05T10:00:00.000Z')] },
      '2026-11-05T10:00:00.000Z',
    );
    const delay = (over: object) => ({ reason: 'HP6', occurredAt: '2026-11-04T10:00:00Z', ...over });
    expect((await post('/delays', delay({}))).json['code']).toBe('delay.before-ready-date');
    const taken = await post('/delays', delay({ anticipated: true }));
    expect([taken.status, typeof taken.json['delayId']]).toEqual([201, 'string']);
    expect((await post('/delays', delay({ occurredAt: '2026-11-06T10:00:00Z' }))).json['code']).toBe(
      'delay.already-open',
    );
    expect((await post(`/delays/${taken.text('delayId')}/end`)).status).toBe(200);
  });
});

describe('two people who turn out to be one', () => {
  it('keep the earlier case on their stay; the other is closed as merged, until the merge is reverted', async () => {
    const local: Identifier = { kind: 'local', authority: 'RAL', type: 'MR', value: newId() };
    const { caseId, number } = await inHospital();
    const { nhsNumber: _, ...unknown } = referralBody(number).person;
    const person = { ...unknown, localIds: [{ authority: 'RAL', type: 'MR', value: local.value }] };
    const second = await idt.post('/cases', { ...referralBody(number), person, occurredAt: '2026-11-02T11:00:00Z' });
    expect(second.status).toBe(201);
    await identify(nhs(number), local);
    expect(await stateOf(second.text('caseId'))).toMatchObject({
      status: 'closed',
      by: 'merged',
      body: { mergedInto: { caseId } },
    });
    expect(await statusOf(caseId)).toBe('referred');
    const { events } = await app.store.readAll('0', { types: ['PeopleMerged'] }, 500);
    expect((await idt.post(`/people/merges/${String(events.at(-1)?.data['mergeId'])}/revert`)).status).toBe(200);
    expect(await stateOf(second.text('caseId'))).toMatchObject({ status: 'referred', body: { link: null } });
  });
});

describe('a stay that is not what it was taken for', () => {
  it('lets go of the case of somebody whose stay it turns out not to be', async () => {
    const { caseId, says, personId, stay } = await inHospital();
    expect(await stateOf(caseId)).toMatchObject({ body: { link: { stayId: stay.stayId } } });
    const other = await identify(nhs(makeTestNumber((sequence += 1))));
    await says('StayDetailsChanged', { personId: other, otherPersonIds: [personId] }, '2026-11-03T09:00:00.000Z');
    expect(await stateOf(caseId)).toMatchObject({ body: { link: null } });
  });

  it('is part of another: the case goes on with that, and a second case there is closed as merged', async () => {
    const { caseId, number, personId, stay, says } = await inHospital();
    const part = { stayId: newId(), personId, admittedAt: '2026-11-04T09:00:00.000Z' };
    await wardNews(app.store)('PatientAdmitted', part, '2026-11-04T09:00:00.000Z');
    await app.settled();
    const second = await idt.post('/cases', referralBody(number, { occurredAt: '2026-11-05T10:00:00Z' }));
    expect(await stateOf(second.text('caseId'))).toMatchObject({ body: { link: { stayId: part.stayId } } });
    await says('StaysMerged', {}, '2026-11-06T09:00:00.000Z');
    const merged = { ...part, status: 'merged', mergedInto: stay.stayId } as const;
    await wardNews(app.store)('StaysMerged', merged, '2026-11-06T09:00:00.000Z');
    expect(await stateOf(second.text('caseId'))).toMatchObject({
      status: 'closed',
      by: 'merged',
      body: { link: { stayId: stay.stayId }, mergedInto: { caseId } },
    });
    expect(await statusOf(caseId)).toBe('referred');
  });
});

describe('an award', () => {
  const request = async (caseId: string) => {
    const stream = `request-${newId()}`;
    const say = (type: string, data: object, at: string) =>
      app.store.append(
        stream,
        'any',
        [{ eventId: newId(), type, schemaVersion: 1, occurredAt: at, personId: 'person-x', data }],
        metadata,
      );
    await say(
      'PlacementRequested',
      { caseId, by: 'hand', details: { serviceType: 'reablement' } },
      '2026-11-05T10:00:00.000Z',
    );
    return say;
  };
  const award = {
    offerId: 'o',
    providerId: 'prov-a',
    serviceType: 'reablement',
    startsOn: '2026-11-09',
    weeklyPrice: 500,
    funding: null,
    reason: 'Soonest',
    familyChoice: null,
  };
  const open = async (caseId: string) => {
    const state = await stateOf(caseId);
    return state.status === 'none'
      ? []
      : [...state.body.delays.values()].filter(({ ended }) => !ended).map(({ reason }) => reason);
  };

  it('ends the wait for capacity and starts that for the arrangements, and back when it falls through', async () => {
    const { caseId, post } = await inHospital();
    for (const reason of ['CAP1', 'CAP2', 'HP6']) await post('/delays', { reason, occurredAt: '2026-11-06T10:00:00Z' });
    const say = await request(caseId);
    await say('PlacementAwarded', award, '2026-11-07T10:00:00.000Z');
    expect(await open(caseId)).toEqual(['CAP2', 'HP6', 'IF1']);
    await say(
      'PlacementFailed',
      { offerId: 'o', providerId: 'prov-a', reason: 'Withdrew' },
      '2026-11-08T10:00:00.000Z',
    );
    expect(await open(caseId)).toEqual(['CAP2', 'HP6', 'CAP1']);
    const set = (await app.store.readStream(`case-${caseId}`)).filter(
      ({ metadata: { source } }) => source === 'policy:discharge.delay-follows-award',
    );
    expect(set.map(({ type, occurredAt }) => [type, occurredAt])).toEqual([
      ['DelayEnded', '2026-11-07T10:00:00.000Z'],
      ['DelayStarted', '2026-11-07T10:00:00.000Z'],
      ['DelayEnded', '2026-11-08T10:00:00.000Z'],
      ['DelayStarted', '2026-11-08T10:00:00.000Z'],
    ]);
    for (const { type, data } of set)
      expect([type, data['setBy'], data['owner'] ?? null]).toEqual([type, 'policy', null]);
  });

  it('touches no delay where none of its kind waits, nor one entered since', async () => {
    const { caseId, post } = await inHospital();
    const say = await request(caseId);
    await say('PlacementAwarded', award, '2026-11-07T10:00:00.000Z');
    await app.settled();
    await post('/delays', { reason: 'CAP1', occurredAt: '2026-11-06T10:00:00Z' });
    expect(await open(caseId)).toEqual(['CAP1']);
  });
});

describe('the policies', () => {
  it('shown the whole log again write nothing', async () => {
    await app.settled();
    const head = await app.store.head();
    const wrote: string[] = [];
    const context = { metadata, wrote: (position: string) => wrote.push(position) };
    for (const policy of [app.get(CaseFollowsStay), app.get(DelayFollowsAward)]) {
      let after = '0';
      for (;;) {
        const page = await app.store.readAll(after, policy.wants, 500);
        for (const event of page.events) await policy.react(event, context);
        if (page.atEnd) break;
        after = page.readTo;
      }
    }
    expect([wrote, await app.store.head()]).toEqual([[], head]);
  });

  it('take up where they were stopped, and nothing is lost or done twice', async () => {
    const people = await Promise.all(Array.from({ length: 5 }, () => inHospital()));
    await app.settled();
    // The news is in the log when the process goes away, and nothing has followed it yet.
    await Promise.all(people.map(({ says }) => says('PatientDischarged', left, leftAt)));
    await app.stop();
    app = await startTestApp({ module, database });
    idt = await app.api('idt');
    for (const { caseId } of people) {
      expect(await statusOf(caseId)).toBe('discharged');
      expect((await typesOf(caseId)).filter((type) => type === 'CaseDischarged')).toHaveLength(1);
    }
  });

  it('and the copy of the stays, folded anew, equals the live one', async () => {
    await app.settled();
    const results = await app.feed.verify();
    const own = results.filter(({ projection }) => projection === 'discharge.stays');
    expect(own.length).toBeGreaterThan(4);
    for (const { table, differences } of own) expect([table, differences]).toEqual([table, 0]);
  });
});

import { jest } from '@jest/globals';
import { Database } from '#libs/platform/database.js';
import { newId } from '#libs/platform/ids.js';
import { PeopleDirectory } from '#libs/people/port.js';
import { begun, dischargedAt, itemsOf, ReablementSetting, type Json } from '../../../test/support/reablement.js';
import { startTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { subjects } from '../subjects/subjects.projection.js';
import { checkIdOf, FollowPolicy } from './follow.policy.js';

let database: TestDatabase;
let setting: ReablementSetting;
beforeAll(async () => {
  database = await startTestDatabase();
  setting = await ReablementSetting.open(undefined, database);
}, 60_000);
afterAll(async () => {
  await setting?.close();
  await database?.stop();
}, 30_000);

const permutations = <T>(items: readonly T[]): T[][] =>
  items.length <= 1
    ? [[...items]]
    : items.flatMap((item, index) =>
        permutations([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]),
      );

/** What an order must not change: everything but ids, and when it was heard. */
const endState = ({
  checkId,
  caseId,
  personId,
  stayId,
  nhsNumber,
  revision,
  reablement,
  evidence,
  ...rest
}: Json): Json => {
  expect([checkId, caseId, personId, stayId, nhsNumber, revision]).toBeDefined();
  const { episodeId: _, ...episode } = reablement as Json;
  return { ...rest, episode, evidence: (evidence as Json[]).map(({ kind, date, until }) => ({ kind, date, until })) };
};

describe('the check of day 91', () => {
  it('comes out the same whichever of award, episode, discharge, birth date and stay is heard of first, each twice', async () => {
    const facts = ['award', 'episode', 'discharge', 'born', 'stay', 'readmission'] as const;
    // All orders of six facts are 720; these hold each fact at each place.
    const orders = permutations(facts).filter((_, index) => index % 13 === 0);
    const people = await Promise.all(
      orders.map(async (order) => {
        const [personId, caseId] = [await setting.identified(), newId()];
        await setting.referral(caseId, personId);
        return { order, personId, caseId, requestId: newId(), episodeId: newId(), stayId: newId(), againId: newId() };
      }),
    );
    type Person = (typeof people)[number];
    const tell: Record<(typeof facts)[number], (one: Person) => Promise<unknown>> = {
      award: ({ caseId, personId, requestId }) => setting.award(caseId, personId, requestId),
      episode: ({ caseId, personId, episodeId }) =>
        setting.say(`reablement-${episodeId}`, 'ReablementStarted', { caseId, ...begun }, personId),
      discharge: async ({ caseId, personId, stayId }) => {
        await setting.onCase(caseId, personId, { type: 'CaseLinkedToStay', data: { stayId, admittedAt: null } });
        await setting.discharge(caseId, personId, { stayId });
      },
      born: ({ personId }) => setting.born(personId, '1940-02-15'),
      stay: ({ personId, stayId }) => setting.stay(personId, { stayId, status: 'discharged', dischargedAt }),
      readmission: ({ personId, againId }) =>
        setting.stay(personId, {
          stayId: againId,
          status: 'discharged',
          admittedAt: '2026-04-01T09:00:00.000Z',
          dischargedAt: '2026-04-05T09:00:00.000Z',
        }),
    };
    for (let place = 0; place < facts.length; place += 1) {
      for (const _ of [1, 2]) await Promise.all(people.map((one) => tell[one.order[place] ?? 'stay'](one)));
      await setting.app.settled();
    }
    const all = itemsOf(await (await setting.api()).get('/day-91-checks?limit=500'));
    const states = people.map(({ caseId }) => endState(all.find((one) => one['caseId'] === caseId) ?? {}));
    expect(states[0]).toMatchObject({
      dischargedOn: '2026-03-02',
      dueOn: '2026-06-01',
      ageAtDischarge: 86,
      day: 91,
      cohorts: ['2b-classic', '2b-with-nhs'],
      evidence: [{ kind: 'readmitted', date: '2026-04-01', until: '2026-04-05' }],
      outcome: null,
    });
    for (const state of states) expect(state).toEqual(states[0]);
    for (const { caseId } of people)
      expect((await setting.app.store.readStream(`check-${checkIdOf(caseId)}`)).length).toBeLessThanOrEqual(3);
  }, 120_000);

  it('is taken back with the discharge, given back with the same one, and keeps its answer then', async () => {
    const { caseId, personId, checkId } = await setting.homePerson();
    await setting.app.settled();
    const reablement = await setting.api();
    const answer = { status: 'own-home', decidedBy: 'Reablement lead' };
    expect((await reablement.post(`/day-91-checks/${checkId}/outcome`, answer)).status).toBe(200);
    await setting.reversal(caseId, personId);
    expect(await setting.check(caseId)).toBeNull();
    const gone = await reablement.post(`/day-91-checks/${checkId}/outcome`, answer);
    expect([gone.status, gone.json['code']]).toEqual([409, 'check.cancelled']);
    await setting.discharge(caseId, personId);
    expect(await setting.check(caseId)).toMatchObject({ state: 'done', outcome: { status: 'own-home' } });
    await setting.reversal(caseId, personId);
    await setting.discharge(caseId, personId, { dischargedAt: '2026-03-03T14:00:00.000Z' });
    expect(await setting.check(caseId)).toMatchObject({ state: 'due', dueOn: '2026-06-02', outcome: null });
  });

  it('moves with a corrected discharge, without being taken back in between', async () => {
    const { caseId, personId } = await setting.homePerson();
    await setting.check(caseId);
    await setting.discharge(caseId, personId, { dischargedAt: '2026-03-04T09:00:00.000Z' });
    expect(await setting.check(caseId)).toMatchObject({ dischargedOn: '2026-03-04', dueOn: '2026-06-03' });
    expect(await setting.typesOf(caseId)).toEqual(['Day91CheckScheduled', 'Day91CheckScheduled']);
  });

  it.each(['49', '50', '51', '52', '53', '84', '87', '79'])('is not scheduled for destination %s', async (code) => {
    const { caseId, personId } = await setting.homePerson({ destinationCode: code });
    expect(await setting.check(caseId)).toBeNull();
    await setting.discharge(caseId, personId);
    expect(await setting.check(caseId)).not.toBeNull();
    await setting.discharge(caseId, personId, { destinationCode: code });
    expect(await setting.check(caseId)).toBeNull();
  });

  it('is for those who are 65 on the day they leave, and not a day younger', async () => {
    const [on, before] = [await setting.homePerson({}, '1961-03-02'), await setting.homePerson({}, '1961-03-03')];
    expect(await setting.check(on.caseId)).not.toBeNull();
    expect(await setting.check(before.caseId)).toBeNull();
    await setting.born(before.personId, '1951-03-03', '2026-03-05T10:00:00.000Z');
    expect(await setting.check(before.caseId)).not.toBeNull();
    await setting.born(before.personId, '1981-03-03', '2026-03-06T10:00:00.000Z');
    expect(await setting.check(before.caseId)).toBeNull();
  });

  it.each([
    ['2026-02-26', false],
    ['2026-02-27', true],
    ['2026-03-09', true],
    ['2026-03-10', false],
  ])('with no award follows an episode that starts on %s: %s', async (startedOn, follows) => {
    const personId = await setting.identified();
    await setting.born(personId, '1940-02-15');
    const caseId = newId();
    await setting.referral(caseId, personId);
    await setting.discharge(caseId, personId, { by: 'hand', stayId: null });
    await setting.app.settled();
    const reablement = await setting.api();
    expect((await reablement.post('/reablement-episodes', { ...begun, caseId, startedOn })).status).toBe(201);
    expect((await setting.check(caseId)) !== null).toBe(follows);
  });

  it('ends with the award that fell through, and comes back with the next', async () => {
    const { caseId, personId, requestId } = await setting.homePerson();
    expect(await setting.check(caseId)).not.toBeNull();
    const failed = { offerId: 'offer-1', providerId: 'prov-a', reason: 'No staff' };
    await setting.say(`request-${requestId}`, 'PlacementFailed', failed, personId);
    expect(await setting.check(caseId)).toBeNull();
    await setting.award(caseId, personId, requestId);
    expect(await setting.check(caseId)).not.toBeNull();
  });

  it('goes by a discharge by hand until that is marked in error', async () => {
    const { caseId, personId } = await setting.awardedPerson();
    const eventId = await setting.discharge(caseId, personId, { by: 'hand', destinationCode: '29', methodCode: null });
    expect(await setting.check(caseId)).toMatchObject({ stayId: null, dueOn: '2026-06-01' });
    const data = { eventId, entryType: 'CaseDischarged', reason: 'Another patient' };
    await setting.onCase(caseId, personId, { type: 'EntryMarkedInError', data });
    expect(await setting.check(caseId)).toBeNull();
  });
});

describe('a death', () => {
  it('heard of late answers the check, and withdrawn opens it again', async () => {
    const { caseId, personId, checkId } = await setting.homePerson();
    await setting.app.settled();
    await (await setting.api()).post(`/day-91-checks/${checkId}/outcome`, { status: 'own-home', decidedBy: 'Lead' });
    await setting.died(personId, '2026-06-01T22:30:00.000Z');
    expect(await setting.check(caseId)).toMatchObject({
      state: 'done',
      died: true,
      outcome: { status: 'died', by: 'death' },
    });
    await setting.notDead(personId);
    expect(await setting.check(caseId)).toMatchObject({ state: 'due', died: false, outcome: null, reopened: 2 });
  });

  it('after day 91 leaves the answer to a person and is shown', async () => {
    const { caseId, personId } = await setting.homePerson();
    await setting.died(personId, '2026-06-01T23:30:00.000Z');
    expect(await setting.check(caseId)).toMatchObject({ state: 'due', died: true, outcome: null });
  });

  it('completes the check although brokerage withdraws the request for it, whichever comes first', async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const { caseId, personId, requestId } = await setting.homePerson();
      await setting.app.settled();
      const steps = [
        () => setting.died(personId, '2026-04-01T10:00:00.000Z'),
        () => setting.say(`request-${requestId}`, 'RequestWithdrawn', { because: 'died', reason: null }, personId),
      ];
      for (const step of order) {
        await steps[step]?.();
        await setting.app.settled();
      }
      expect(await setting.check(caseId)).toMatchObject({ state: 'done', outcome: { status: 'died' } });
    }
  });

  it('ends reablement, also an episode entered as begun later; withdrawn, it runs on as the ward has it', async () => {
    const { caseId, personId } = await setting.homePerson();
    await setting.app.settled();
    const reablement = await setting.api();
    const start = async (startedOn: string): Promise<string> =>
      (await reablement.post('/reablement-episodes', { ...begun, caseId, startedOn })).text('episodeId');
    const [early, late] = [await start('2026-03-03'), await start('2026-03-20')];
    const again = { stayId: newId(), admittedAt: '2026-03-10T09:00:00.000Z' };
    await setting.stay(personId, again);
    expect(await setting.episode(early)).toMatchObject({ status: 'paused', pausedBy: [again.stayId] });
    await setting.died(personId, '2026-03-12T10:00:00.000Z');
    expect(await setting.episode(early)).toMatchObject({
      status: 'ended',
      endedOn: '2026-03-12',
      outcome: 'died',
      pausedBy: [],
    });
    expect(await setting.episode(late)).toMatchObject({ status: 'ended', endedOn: '2026-03-20', outcome: 'died' });
    await setting.stay(personId, { ...again, status: 'discharged', dischargedAt: '2026-03-15T09:00:00.000Z' });
    await setting.app.settled();
    await setting.notDead(personId);
    expect(await setting.episode(early)).toMatchObject({ status: 'running', pausedBy: [], outcome: null });
  });
});

describe('a readmission', () => {
  const again = (admittedAt: string) => ({ stayId: newId(), admittedAt });

  it('is evidence and pauses reablement; cancelled, both are as if it never was', async () => {
    const { caseId, personId } = await setting.homePerson();
    await setting.app.settled();
    const made = await (await setting.api()).post('/reablement-episodes', { ...begun, caseId });
    const episodeId = made.text('episodeId');
    const stay = again('2026-04-10T09:00:00.000Z');
    for (const _ of [1, 2]) await setting.stay(personId, stay);
    expect(await setting.check(caseId)).toMatchObject({
      state: 'awaiting-confirmation',
      evidence: [{ kind: 'readmitted', source: 'ward-feed', date: '2026-04-10', until: null }],
    });
    expect(await setting.episode(episodeId)).toMatchObject({ status: 'paused' });
    await setting.stay(personId, { ...stay, status: 'cancelled' }, 'AdmissionCancelled');
    expect((await setting.check(caseId))?.['evidence']).toEqual([]);
    expect(await setting.episode(episodeId)).toMatchObject({ status: 'running' });
    const resumed = (await setting.app.store.readStream(`reablement-${episodeId}`)).at(-1);
    // Undone by a correction: it ends when the correction was recorded.
    expect(resumed?.type).toBe('ReablementResumed');
    expect(resumed?.occurredAt.slice(0, 4)).toBe(resumed?.recordedAt.slice(0, 4));
    expect(resumed?.occurredAt).not.toBe('2026-04-10T09:00:00.000Z');
    await setting.stay(personId, stay);
    expect((await setting.check(caseId))?.['evidence']).toHaveLength(1);
    expect(await setting.episode(episodeId)).toMatchObject({ status: 'paused' });
  });

  it('counts from the discharge to the day before day 91', async () => {
    const { caseId, personId } = await setting.homePerson();
    const days = [
      '2026-03-02T13:59:00.000Z',
      '2026-03-02T14:00:01.000Z',
      '2026-05-31T22:59:00.000Z',
      '2026-05-31T23:00:00.000Z',
    ];
    for (const day of days) await setting.stay(personId, { ...again(day), status: 'discharged', dischargedAt: day });
    const evidence = (await setting.check(caseId))?.['evidence'] as Json[];
    expect(evidence.map(({ date }) => date)).toEqual(['2026-03-02', '2026-05-31']);
  });

  it('heard of after the answer "at home" opens the check once; home again before day 91 does not', async () => {
    const [away, back] = [await setting.homePerson(), await setting.homePerson()];
    await setting.app.settled();
    const reablement = await setting.api();
    for (const { checkId } of [away, back])
      await reablement.post(`/day-91-checks/${checkId}/outcome`, { status: 'own-home', decidedBy: 'Lead' });
    const [long, short] = [again('2026-05-20T09:00:00.000Z'), again('2026-05-20T09:00:00.000Z')];
    await setting.stay(back.personId, { ...short, status: 'discharged', dischargedAt: '2026-05-25T09:00:00.000Z' });
    await setting.stay(away.personId, long);
    expect(await setting.check(back.caseId)).toMatchObject({ state: 'done', reopened: 0 });
    expect(await setting.check(away.caseId)).toMatchObject({
      state: 'awaiting-confirmation',
      outcome: null,
      reopened: 1,
    });
    await reablement.post(`/day-91-checks/${away.checkId}/outcome`, { status: 'own-home', decidedBy: 'Lead' });
    await setting.stay(away.personId, long);
    expect(await setting.check(away.caseId)).toMatchObject({ state: 'done', reopened: 1 });
    // The short stay turns out not to have ended: late news of a kind nobody could know.
    await setting.stay(back.personId, short, 'DischargeCancelled');
    expect(await setting.check(back.caseId)).toMatchObject({ outcome: null, reopened: 1 });
  });

  it('that the answer rests on, taken back, opens the check', async () => {
    const { caseId, personId, checkId } = await setting.homePerson();
    const stay = again('2026-05-20T09:00:00.000Z');
    await setting.stay(personId, stay);
    const evidence = (await setting.check(caseId))?.['evidence'] as Json[];
    const body = { status: 'hospital', decidedBy: 'Lead', evidenceIds: [evidence[0]?.['evidenceId']] };
    expect((await (await setting.api()).post(`/day-91-checks/${checkId}/outcome`, body)).status).toBe(200);
    await setting.stay(personId, { ...stay, status: 'cancelled' }, 'AdmissionCancelled');
    expect(await setting.check(caseId)).toMatchObject({ state: 'due', outcome: null, reopened: 1, evidence: [] });
  });

  it('of the other half of a merge counts while the merge stands', async () => {
    const { caseId, personId } = await setting.homePerson();
    const local = { kind: 'local', authority: 'RAL', type: 'MR', value: newId() } as const;
    const other = await setting.identified(local);
    await setting.stay(other, { ...again('2026-04-10T09:00:00.000Z') });
    expect((await setting.check(caseId))?.['evidence']).toEqual([]);
    const directory = setting.app.get(PeopleDirectory);
    const metadata = { correlationId: 't', actor: { id: 'f', role: 'feed', organisation: 'RAL' }, source: 'mllp' };
    const survivor = setting.nobodyYet();
    await directory.identify([survivor], metadata, dischargedAt);
    // The person with the case is merged into a third, and so is the other.
    const own = (await setting.app.store.readStream(`case-${caseId}`))[0]?.personId ?? '';
    expect(own).toBe(personId);
    const merged = await directory.merge([survivor], [local], metadata, dischargedAt);
    await setting.app.settled();
    const numbers = setting.numberOf(personId);
    const second = await directory.merge([survivor], [numbers], metadata, dischargedAt);
    expect((await setting.check(caseId))?.['evidence']).toHaveLength(1);
    await directory.revert(merged.mergeId ?? '', metadata, dischargedAt);
    expect((await setting.check(caseId))?.['evidence']).toEqual([]);
    await directory.revert(second.mergeId ?? '', metadata, dischargedAt);
    expect(await setting.check(caseId)).toMatchObject({ state: 'due' });
  });
});

describe('an erased person', () => {
  it('keeps the check that was decided while the birth date was held, through later news', async () => {
    const { caseId, personId, checkId } = await setting.homePerson({}, '1961-02-20');
    const stay = { stayId: newId(), status: 'discharged', dischargedAt, age: { years: 64, on: '2026-02-18' } } as const;
    await setting.stay(personId, stay);
    await setting.app.settled();
    const metadata = { correlationId: 't', actor: { id: 'a', role: 'admin', organisation: 'c' }, source: 'api' };
    await setting.app.get(PeopleDirectory).erase(personId, 'Asked to', 'Data protection officer', metadata);
    await setting.stay(personId, stay);
    expect(await setting.check(caseId)).toMatchObject({ state: 'due', name: null, nhsNumber: null });
    const reablement = await setting.api();
    expect(
      (await reablement.post(`/day-91-checks/${checkId}/outcome`, { status: 'own-home', decidedBy: 'Lead' })).status,
    ).toBe(200);
    await setting.died(personId, '2026-04-01T10:00:00.000Z');
    expect(await setting.check(caseId)).toMatchObject({ outcome: { status: 'died' } });
    expect(await setting.app.feed.parked('reablement.follow')).toEqual([]);
  });
});

describe('the policy', () => {
  it('two at once on news nobody has followed yet do it once', async () => {
    const { caseId, personId } = await setting.awardedPerson();
    await setting.app.settled();
    const policy = setting.app.get(FollowPolicy);
    const metadata = { correlationId: 't', actor: { id: 'p', role: 'policy', organisation: 'h' }, source: 'policy:x' };
    const eventId = await setting.discharge(caseId, personId);
    const event = (await setting.app.store.readStream(`case-${caseId}`)).find((one) => one.eventId === eventId);
    if (!event) throw new Error('The discharge is not in the log.');
    await Promise.all([1, 2, 3].map(() => policy.react(event, { metadata, wrote: () => undefined })));
    expect(await setting.typesOf(caseId)).toEqual(['Day91CheckScheduled']);
  });

  it('and its tables folded anew equal the live ones', async () => {
    await setting.app.settled();
    const own = (await setting.app.feed.verify()).filter(({ projection }) => projection.startsWith('reablement.'));
    expect(own.map(({ differences }) => differences)).toEqual([0]);
  }, 60_000);

  it('asks for many people at once whether there is a case, and nothing more of those nobody referred', async () => {
    const strangers = await Promise.all(Array.from({ length: 200 }, () => setting.identified()));
    await setting.app.settled();
    const asked = jest.spyOn(setting.app.get(Database).pool, 'query');
    await Promise.all(strangers.map((personId) => setting.stay(personId, { stayId: newId() })));
    await setting.app.settled();
    const questions = asked.mock.calls.filter(([statement]) => JSON.stringify(statement).includes(subjects.tableName));
    asked.mockRestore();
    expect(questions.length).toBeGreaterThan(0);
    expect(questions.length).toBeLessThan(strangers.length / 2);
  });

  it('set back to the beginning, and run by two processes at once, writes nothing', async () => {
    await setting.app.settled();
    const head = await setting.app.store.head();
    await setting.close();
    await database.pool.query(`UPDATE feed.checkpoints SET position = 0 WHERE consumer = 'reablement.follow'`);
    setting = await ReablementSetting.open(undefined, database);
    const second = await ReablementSetting.open(undefined, database);
    await Promise.all([setting.app.settled(), second.app.settled()]);
    const status = (await setting.app.feed.status()).find(({ name }) => name === 'reablement.follow');
    expect([status?.position, await setting.app.store.head()]).toEqual([head, head]);
    await second.close();
  }, 120_000);
});

import fc from 'fast-check';
import { startTestDatabase } from '../../test/support/database.js';
import { makeTestNumber } from '../nhs/nhs-number.js';
import { NoSuchPerson } from './erasure.js';
import { forgetErased } from './forget-erased.js';
import type { Identifier } from './port.js';
import { metadata } from './testing/memory-store.js';
import { type PeopleProcess, PeopleSetting } from './testing/people-setting.js';
import { seeded } from '../../test/support/seeded.js';

const at = '2026-11-23T08:30:00.000Z';
const number = (seq: number): Identifier => ({ kind: 'nhs-number', value: makeTestNumber(seq), verified: true });
const local = (value: string): Identifier => ({ kind: 'local', authority: 'RAL', type: 'MR', value });
const ada = {
  nhsNumber: makeTestNumber(1),
  familyName: 'Testpatient-Ada',
  givenNames: 'Quiteunusual',
  birthDate: '1940-02-15',
  sex: 'female',
  postcode: 'N12 0ZZ',
};

let setting: PeopleSetting;
let home: PeopleProcess;
let stop: AbortController;
let forgetting: Promise<void> | undefined;
beforeEach(async () => {
  stop = new AbortController();
  forgetting = undefined;
  setting = new PeopleSetting(await startTestDatabase());
  home = await setting.process();
});
afterEach(async () => {
  stop.abort();
  await forgetting;
  await setting.close();
});

const identify = async (...identifiers: Identifier[]) => home.people.identify(identifiers, metadata, at);
const record = (personId: string, details: object, occurredAt = at, process = home) =>
  process.people.recordDetails(personId, details, 'ward-feed', metadata, occurredAt);

describe('the details of a person', () => {
  it('are opened for whoever asks by any of the ids, and stand nowhere in the clear', async () => {
    const alone = await identify(local('B123456'));
    const known = await identify(number(1), local('B123456'));
    await record(known.personId, ada);
    await home.settled();
    const details = await home.people.details([known.personId, alone.personId, 'n00']);
    expect(details.get(known.personId)).toEqual(ada);
    expect(details.get(alone.personId)).toEqual(ada);
    expect([...details.keys()]).toHaveLength(2);
    const everything = await setting.dump();
    for (const secret of [...Object.values(ada), 'B123456', 'Testpatient'])
      if (secret !== 'female') expect(everything).not.toContain(secret);
    expect(everything).toContain('PersonalDetailsRecorded');
  });

  it('are appended once for each time, and come out the same in any order', async () => {
    const { personId } = await identify(number(1));
    const first = await record(personId, ada, '2026-11-20T10:00:00.000Z');
    expect(first.position).toBeDefined();
    expect(await record(personId, { ...ada }, '2026-11-20T10:00:00.000Z')).toEqual(first);
    expect(await record(personId, {})).toEqual({});
    await home.settled();
    // Older news of another name changes nothing; a field nobody had told of is taken.
    expect(await record(personId, { familyName: 'Former' }, '2026-11-19T10:00:00.000Z')).toEqual({});
    await record(personId, { familyName: 'Former', language: 'pl' }, '2026-11-19T10:00:00.000Z');
    await record(personId, { postcode: null }, '2026-11-22T10:00:00.000Z');
    await home.settled();
    expect((await home.people.details([personId])).get(personId)).toEqual({ ...ada, language: 'pl', postcode: null });
  });

  it('said again after others still hold when the others are heard of last, and one of each is kept to read', async () => {
    const { personId } = await identify(number(1));
    await record(personId, { familyName: 'Born' }, '2026-11-20T10:00:00.000Z');
    await record(personId, { familyName: 'Born' }, '2026-11-22T10:00:00.000Z');
    await record(personId, { familyName: 'Mistaken' }, '2026-11-21T10:00:00.000Z');
    await home.settled();
    expect((await home.people.details([personId])).get(personId)?.familyName).toBe('Born');
    const [kept] = await setting.query<{ row: { recorded: object[] } }>('SELECT row FROM people.details_v2');
    expect(kept?.row.recorded).toHaveLength(1);
    expect((await home.feed.verify()).filter(({ differences }) => differences > 0)).toEqual([]);
  });

  it('are recorded once when two processes hear the same at once', async () => {
    const away = await setting.process();
    const { personId } = await identify(number(1));
    await Promise.all([home, away, home, away].map((process) => record(personId, ada, at, process)));
    const events = await home.store.readStream(`person-${personId}`);
    expect(events.filter(({ type }) => type === 'PersonalDetailsRecorded')).toHaveLength(1);
    expect(await setting.query('SELECT 1 FROM people.data_keys')).toHaveLength(1);
  });
});

describe('a person seen by two processes at once', () => {
  it('is one person, and everybody comes to know the same', async () => {
    const away = await setting.process();
    const sights = [[local('A')], [number(1), local('A')], [local('A'), local('B')], [local('B')], [number(1)]];
    await Promise.all([home, away].flatMap(({ people }) => sights.map((ids) => people.identify(ids, metadata, at))));
    await Promise.all([home.settled(), away.settled()]);
    const expected = (await identify(number(1))).personId;
    for (const ids of sights) {
      const { personId, ownId } = await away.people.identify(ids, metadata, at);
      expect(personId).toBe(expected);
      expect(await home.people.canonical(ownId)).toBe(expected);
    }
    const [first, ...others] = await home.people.family(expected);
    expect(first).toBe(expected);
    expect(others).toHaveLength(2);
    expect(await home.people.family(others[0] ?? '')).toEqual([first, ...others]);
  });

  it('contested by a second number is separate again in the read model too', async () => {
    const alone = await identify(local('A'));
    const one = await identify(number(1), local('A'));
    await home.settled();
    expect(await home.people.canonical(alone.ownId)).toBe(one.personId);
    expect((await identify(number(2), local('A'))).conflict).toBe(true);
    await home.settled();
    expect(await home.people.canonical(alone.ownId)).toBe(alone.ownId);
    expect(await home.people.family(one.personId)).toEqual([one.personId]);
    expect(await setting.query('SELECT person_id FROM people.identity_base_v1 WHERE contested')).toEqual([
      { person_id: alone.ownId },
    ]);
  });
});

describe('who somebody stands for', () => {
  it('is the same in the read model as in the log, for any history of two processes', async () => {
    const away = await setting.process();
    let run = 0;
    const group = fc.uniqueArray(fc.nat(6), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.array(group, { minLength: 2, maxLength: 8 }), async (groups) => {
        run += 1;
        const all = [0, 1, 2]
          .map((n) => number(run * 3 + n))
          .concat(['A', 'B', 'C', 'D'].map((v) => local(`${v}${run}`)));
        await Promise.all(
          groups.map((indexes, i) =>
            (i % 2 ? home : away).people.identify(
              indexes.flatMap((index) => all[index] ?? []),
              metadata,
              at,
            ),
          ),
        );
        const looks = [];
        for (const one of all) looks.push(await identify(one));
        await home.settled();
        const resolved = await Promise.all(looks.map(({ ownId }) => home.people.canonical(ownId)));
        expect(resolved).toEqual(looks.map(({ personId }) => personId));
      }),
      { numRuns: 15, ...seeded },
    );
    expect((await home.feed.verify()).filter(({ differences }) => differences > 0)).toEqual([]);
  });
});

describe('a merge', () => {
  it('leaves the survivor their own details and number, whoever was heard of last', async () => {
    const stays = await identify(number(1));
    const goes = await identify(number(2));
    await record(stays.personId, ada, '2026-11-20T10:00:00.000Z');
    const unknown = { nhsNumber: makeTestNumber(2), familyName: 'Unknown', language: 'pl' };
    await record(goes.personId, unknown, '2026-11-22T10:00:00.000Z');
    const { mergeId = '' } = await home.people.merge([number(1)], [number(2)], metadata, at);
    await record(goes.personId, { givenNames: 'Nobody' }, '2026-11-23T10:00:00.000Z');
    await home.settled();
    for (const id of [stays.personId, goes.personId])
      expect((await home.people.details([id])).get(id)).toEqual({ ...ada, language: 'pl' });

    await home.people.revert(mergeId, metadata, at);
    await home.settled();
    expect((await home.people.details([stays.personId])).get(stays.personId)).toEqual(ada);
    expect((await home.people.details([goes.personId])).get(goes.personId)).toEqual({
      ...unknown,
      givenNames: 'Nobody',
    });
  });

  it('makes two people one, keeps every id resolving, and can be taken back', async () => {
    const stays = await identify(number(1), local('A'));
    const goes = await identify(local('B'));
    await record(goes.personId, { familyName: 'Testpatient-Ada' });
    const merged = await home.people.merge([number(1), local('A')], [local('B')], metadata, at);
    await home.settled();
    expect(await home.people.canonical(goes.personId)).toBe(stays.personId);
    expect(await home.people.family(stays.personId)).toContain(goes.personId);
    expect((await home.people.details([stays.personId])).get(stays.personId)?.familyName).toBe('Testpatient-Ada');

    const head = await home.store.head();
    expect(await home.people.merge([number(1), local('A')], [local('B')], metadata, at)).toMatchObject({
      mergeId: merged.mergeId,
    });
    expect(await home.store.head()).toBe(head);

    const mergeId = merged.mergeId ?? '';
    expect(await home.people.revert(mergeId, metadata, at)).toMatchObject({ survivor: stays.personId });
    await home.settled();
    expect(await home.people.canonical(goes.personId)).toBe(goes.personId);
    expect(await home.people.revert(mergeId, metadata, at)).toMatchObject({ mergeId });
    // The same message comes again: what a hand took back stays so.
    await home.people.merge([number(1), local('A')], [local('B')], metadata, at);
    await home.settled();
    expect(await home.people.canonical(goes.personId)).toBe(goes.personId);
    expect(await home.people.revert('no-such-merge', metadata, at)).toBeUndefined();
  });

  it('of people seen together is taken back by setting them apart, for good', async () => {
    const alone = await identify(local('A'));
    const known = await identify(number(1), local('A'));
    await home.settled();
    const [row] = await setting.query<{ merge_id: string }>('SELECT merge_id FROM people.identity_merge_v1');
    await home.people.revert(row?.merge_id ?? '', metadata, at);
    await home.settled();
    expect(await home.people.canonical(alone.personId)).toBe(alone.personId);
    expect((await identify(number(1), local('A'))).personId).toBe(known.personId);
    expect(await identify(local('A'))).toMatchObject({ personId: alone.personId, conflict: false });
    await home.settled();
    expect(await home.people.canonical(alone.personId)).toBe(alone.personId);
  });

  it('comes to the same whether it is heard before or after who the two are', async () => {
    await home.people.merge([local('A')], [local('B')], metadata, at);
    await identify(number(1), local('A'));
    await identify(number(2), local('B'));
    await home.settled();
    const one = (await identify(number(1))).personId;
    expect(await home.people.canonical((await identify(number(2))).personId)).toBe(one);
    expect(await home.people.canonical((await identify(local('B'))).ownId)).toBe(one);
  });
});

describe('a death', () => {
  it('is recorded once by each source, and withdrawn by the one that said it', async () => {
    const { personId } = await identify(number(1));
    const record = (source: string) => home.people.recordDeath(personId, at, source, metadata, at);
    expect((await record('stay-1')).position).toBeDefined();
    expect(await record('stay-1')).toEqual({});
    expect((await record('council')).position).toBeDefined();
    expect(await home.people.withdrawDeath(personId, 'nobody', metadata, at)).toEqual({});
    expect((await home.people.withdrawDeath(personId, 'stay-1', metadata, at)).position).toBeDefined();
    expect((await record('stay-1')).position).toBeDefined();
    const types = (await home.store.readStream(`person-${personId}`)).map(({ type }) => type);
    expect(types.filter((type) => type !== 'PersonIdentified')).toEqual([
      'DeathRecorded',
      'DeathRecorded',
      'DeathRecordWithdrawn',
      'DeathRecorded',
    ]);
  });

  it('told by many at once is recorded once', async () => {
    const { personId } = await identify(number(1));
    await Promise.all(Array.from({ length: 8 }, () => home.people.recordDeath(personId, null, 's', metadata, at)));
    const events = await home.store.readStream(`person-${personId}`);
    expect(events.filter(({ type }) => type === 'DeathRecorded')).toHaveLength(1);
  });
});

describe('an erased person', () => {
  it('can be read by nobody any more, under any id, and stays erased', async () => {
    const away = await setting.process();
    forgetting = forgetErased(away.store, away.keys, stop.signal);
    const alone = await identify(local('A'));
    const { personId } = await identify(number(1), local('A'));
    await record(personId, ada);
    await home.settled();
    const sealed = (await home.store.readStream(`person-${personId}`)).find(
      (e) => e.type === 'PersonalDetailsRecorded',
    );
    expect(await away.vault.open(sealed?.data)).toMatchObject({ details: ada });

    const { position } = await home.people.erase(alone.personId, 'retention', 'IG officer', metadata);
    await home.settled();
    expect(await home.vault.open(sealed?.data)).toMatchObject({ details: null });
    while ((await away.keys.find([personId])).size > 0) await new Promise((next) => setImmediate(next));
    expect(await away.vault.open(sealed?.data)).toMatchObject({ details: null });
    expect((await home.people.details([personId, alone.personId])).size).toBe(0);
    expect(await setting.query('SELECT 1 FROM people.details_v2')).toEqual([]);

    const proofs = (await home.store.readAll('0', { types: ['PersonErased'] }, 10)).events;
    expect(proofs.map(({ personId: whose }) => whose).sort()).toEqual([alone.personId, personId].sort());
    const proofOf = (whose: string) => proofs.find((proof) => proof.personId === whose)?.data['keyFingerprint'];
    expect(proofOf(personId)).toMatch(/^[0-9a-f]{32}$/);
    // Nothing was ever sealed under that id.
    expect(proofOf(alone.personId)).toBe('none');

    expect(await home.people.erase(personId, 'again', 'IG officer', metadata)).toEqual({ position });
    expect(await record(personId, ada)).toEqual({});
    expect(await away.vault.seal(personId, 'event', 'field', 'Testpatient')).toBeNull();
    expect(await setting.query('SELECT 1 FROM people.data_keys WHERE wrapped IS NOT NULL')).toEqual([]);
  });

  it('must be somebody', async () => {
    await expect(home.people.erase('n00', 'retention', 'x', metadata)).rejects.toThrow(NoSuchPerson);
    await expect(home.people.erase(`n${'0'.repeat(32)}`, 'r', 'x', metadata)).rejects.toThrow(NoSuchPerson);
  });
});

describe('the master key', () => {
  it('can be changed: every data key is wrapped anew and everything opens as before', async () => {
    const { personId } = await identify(number(1));
    const erased = await identify(number(2));
    await record(personId, ada);
    await record(erased.personId, ada);
    await home.people.erase(erased.personId, 'retention', 'x', metadata);
    const next = Buffer.alloc(32, 9);
    expect(await home.keys.rewrap(next)).toBe(1);
    expect(await home.keys.rewrap(next)).toBe(0);
    const later = await setting.process({ masterKey: next });
    await later.settled();
    expect((await later.people.details([personId])).get(personId)).toEqual(ada);
    const stale = await setting.process();
    await expect(stale.people.details([personId])).rejects.toThrow('MASTER_KEY');
  });
});

describe('the read models of people', () => {
  it('are the same when they are folded anew from the log', async () => {
    await identify(local('A'));
    await identify(number(1), local('A'));
    await identify(number(2), local('B'));
    await identify(local('B'), local('C'));
    await identify(number(3), local('C'));
    const merged = await home.people.merge([local('B')], [local('D')], metadata, at);
    await home.people.merge([number(1)], [number(2)], metadata, at);
    await home.settled();
    await home.people.revert(merged.mergeId ?? '', metadata, at);
    await record((await identify(number(1))).personId, ada);
    await home.settled();
    const results = await home.feed.verify();
    expect(results.map(({ table }) => table)).toHaveLength(5);
    expect(results.filter(({ differences }) => differences > 0)).toEqual([]);
    expect(results.find(({ table }) => table.includes('canonical'))?.rows).toBe(1);
  });
});

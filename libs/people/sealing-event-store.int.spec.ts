import { startTestDatabase } from '../../test/support/database.js';
import { ContractBroken } from './event-checks.js';
import { metadata } from './testing/memory-store.js';
import { type PeopleProcess, PeopleSetting } from './testing/people-setting.js';
import { isSealed } from './vault/sealed.js';

const at = '2026-11-23T08:30:00.000Z';
const action = (eventId: string, data: object, personId: string | undefined = 'n1') => ({
  eventId,
  type: 'ActionRaised',
  schemaVersion: 1,
  occurredAt: at,
  ...(personId === undefined ? {} : { personId }),
  data,
});
const raised = {
  actionId: 'a',
  what: 'Ring the daughter',
  owner: { organisation: 'council', person: 'Quiteunusual' },
  due: '2026-11-24',
};

let setting: PeopleSetting;
let home: PeopleProcess;
beforeAll(async () => {
  setting = new PeopleSetting(await startTestDatabase());
  home = await setting.process();
});
afterAll(() => setting.close());

const append = (events: Parameters<typeof home.store.append>[2], stream = 'case-1') =>
  home.store.append(stream, 'any', events, metadata);

describe('the log', () => {
  it('holds personal fields sealed at any depth, and opens to what was said', async () => {
    await append([action('event-1', raised)]);
    const [event] = await home.store.readStream('case-1');
    expect(event?.data).toMatchObject({ actionId: 'a', due: '2026-11-24', owner: { organisation: 'council' } });
    expect(event?.data['what']).toMatchObject({ by: 'n1', in: 'event-1', field: 'what' });
    expect(isSealed(event?.data['what'])).toBe(true);
    expect(JSON.stringify(event)).not.toMatch(/daughter|Quiteunusual/);
    expect(await setting.dump()).not.toMatch(/daughter|Quiteunusual/);
    expect(await home.vault.open(event?.data)).toEqual(raised);
    expect(await home.vault.open([new Map([['x', event?.data['what']]]), at, null])).toEqual([
      new Map([['x', 'Ring the daughter']]),
      at,
      null,
    ]);
  });

  it('opens nothing that was taken to another event, field or person, or changed', async () => {
    const [event] = await home.store.readStream('case-1');
    const sealed = event?.data['what'];
    if (!isSealed(sealed)) throw new Error('not sealed');
    await home.keys.obtain('n2');
    const flipped = `${sealed.sealed.startsWith('A') ? 'B' : 'A'}${sealed.sealed.slice(1)}`;
    for (const forged of [
      { ...sealed, in: 'event-2' },
      { ...sealed, field: 'note' },
      { ...sealed, by: 'n2' },
      { ...sealed, by: 'n3' },
      { ...sealed, sealed: flipped },
      { ...sealed, sealed: '' },
    ])
      expect(await home.vault.open({ forged })).toEqual({ forged: null });
  });

  it('never gives the same text for the same value', async () => {
    await append([action('event-3', raised), action('event-4', raised)], 'case-3');
    const [one, two] = await home.store.readStream('case-3');
    expect(one?.data['what']).not.toEqual(two?.data['what']);
  });

  it('knows an event again though its ciphertext is another', async () => {
    const first = await append([action('event-5', raised)], 'case-5');
    const second = await append([action('event-5', raised)], 'case-5');
    expect(first.ok && second.ok && second.duplicate && second.position === first.position).toBe(true);
    expect(await home.store.readStream('case-5')).toHaveLength(1);
  });

  it('leaves empty and already sealed values as they are', async () => {
    const [event] = await home.store.readStream('case-1');
    const copied = { ...raised, what: event?.data['what'], owner: { organisation: 'council', person: null } };
    await append([action('event-6', copied)], 'case-6');
    const [copy] = await home.store.readStream('case-6');
    expect(copy?.data).toEqual(copied);
    expect(await home.vault.open(copy?.data['what'])).toBe('Ring the daughter');
  });

  it.each([
    ['a field is missing', 'case-7', { ...raised, due: undefined }],
    ['a personal field is of another kind', 'case-7', { ...raised, what: 7 }],
    ['the stream is another', 'stay-7', raised],
  ])('refuses an event that is not as its contract says: %s', async (_, stream, data) => {
    await expect(append([action('event-7', data)], stream)).rejects.toThrow(ContractBroken);
    expect(await home.store.readStream(stream)).toEqual([]);
  });

  it('refuses what is personal of nobody, and names neither value nor person in saying so', async () => {
    const nobody = { ...action('event-8', raised), personId: undefined };
    const { personId: _, ...event } = nobody;
    await expect(append([event], 'case-8')).rejects.toThrow('names no person');
    await expect(append([action('event-9', { ...raised, due: { text: 'Quiteunusual' } })], 'case-8')).rejects.toThrow(
      /^ActionRaised breaks its contract at "\/due": must be string\.$/,
    );
  });

  it('appends all of it or nothing', async () => {
    await expect(append([action('event-10', raised), action('event-11', {})], 'case-10')).rejects.toThrow();
    expect(await home.store.readStream('case-10')).toEqual([]);
  });

  it('makes one key for a person whom many seal for at once', async () => {
    const away = await setting.process();
    const sealed = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 ? home : away).vault.seal('n77', `event-${i}`, 'what', 'said')),
    );
    expect(await home.vault.open(sealed)).toEqual(Array.from({ length: 20 }, () => 'said'));
    expect(await away.vault.open(sealed)).toEqual(Array.from({ length: 20 }, () => 'said'));
  });
});

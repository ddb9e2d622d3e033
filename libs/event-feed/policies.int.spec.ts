import { StoreUnavailable, type EventStore, type Position } from '../event-store/port.js';
import type { Policy } from './port.js';
import { FeedSetting } from './testing/feed-setting.js';
import { wardCounts } from './testing/ward-counts.js';

/** Answers an event with another one, whose id is made from the first. */
const answering = (
  store: EventStore,
  from: string,
  to: string,
  options: { ward?: string; before?: (eventId: string, data: Readonly<Record<string, unknown>>) => Promise<void> } = {},
): Policy => ({
  name: `trial.${from}-to-${to}`,
  version: 1,
  wants: { types: [from] },
  react: async (event, { metadata, wrote }) => {
    await options.before?.(event.eventId, event.data);
    const result = await store.append(
      `answer-${event.streamId}`,
      'any',
      [
        {
          eventId: `${to}-${event.eventId}`,
          type: to,
          schemaVersion: 1,
          occurredAt: event.occurredAt,
          data: { ...event.data, ward: options.ward ?? 'A1' },
        },
      ],
      metadata,
    );
    if (result.ok) wrote(result.position);
  },
});

describe('a policy', () => {
  let setting: FeedSetting;
  beforeEach(async () => {
    setting = await FeedSetting.open();
  });
  afterEach(() => setting.close());

  const typesInLog = async (): Promise<string[]> =>
    (await setting.store.readAll('0', {}, 1_000)).events.map((event) => event.type);

  it('answers an event, naming its cause and itself', async () => {
    const feed = await setting.started(answering(setting.store, 'Asked', 'Came'));
    expect(await feed.settled(await setting.happened('case-1', 'Asked'))).toBe(true);
    const [asked, came] = (await setting.store.readAll('0', {}, 10)).events;
    expect(came?.metadata).toEqual({
      correlationId: 'correlation',
      causationId: asked?.eventId,
      actor: { id: 'policy:trial.Asked-to-Came', role: 'policy', organisation: 'homeward' },
      source: 'policy:trial.Asked-to-Came',
    });
  });

  it('that sees an event again, its checkpoint lost, does nothing twice', async () => {
    const first = await setting.started(answering(setting.store, 'Asked', 'Came'));
    for (let n = 0; n < 5; n += 1) await setting.happened(`case-${n}`, 'Asked');
    expect(await first.settled(await setting.store.head())).toBe(true);
    await first.stop();
    await setting.database.pool.query('UPDATE feed.checkpoints SET position = 0');
    const again = await setting.started(answering(setting.store, 'Asked', 'Came'));
    expect(await again.settled(await setting.store.head())).toBe(true);
    expect((await typesInLog()).sort()).toEqual([...Array<string>(5).fill('Asked'), ...Array<string>(5).fill('Came')]);
  });

  it('has its consequences, and theirs, waited for by who waits for the cause', async () => {
    const wards = wardCounts();
    // Registered against the direction of the chain, so that the order of registration is no help.
    const feed = await setting.started(
      wards,
      answering(setting.store, 'Third', 'Came'),
      answering(setting.store, 'Second', 'Third'),
      answering(setting.store, 'First', 'Second'),
    );
    for (let n = 1; n <= 10; n += 1) {
      expect(await feed.settled(await setting.happened(`case-${n}`, 'First'))).toBe(true);
      expect(await wards.find(setting.database.pool, 'A1')).toMatchObject({ came: n });
    }
  });

  it('has its consequences waited for by another process too', async () => {
    const wards = wardCounts();
    const chain = () => [
      wardCounts(),
      answering(setting.store, 'Second', 'Came'),
      answering(setting.store, 'First', 'Second'),
    ];
    await setting.started(...chain());
    const other = await setting.started(...chain());
    for (let n = 1; n <= 3; n += 1) {
      expect(await other.settled(await setting.happened(`case-${n}`, 'First'))).toBe(true);
      expect(await wards.find(setting.database.pool, 'A1')).toMatchObject({ came: n });
    }
  });

  it('does not hold up who waits for other consumers only', async () => {
    const held = Promise.withResolvers<undefined>();
    const feed = await setting.started(
      wardCounts(),
      answering(setting.store, 'Came', 'Seen', { before: () => held.promise }),
    );
    await setting.happened('case-1', 'Came', { ward: 'A1' });
    expect(await feed.caughtUp(['trial.wards'])).toBe(true);
    expect(await feed.caughtUp(['trial.Came-to-Seen'], 20)).toBe(false);
    held.resolve(undefined);
    expect(await feed.caughtUp(['trial.Came-to-Seen'])).toBe(true);
  });

  it('takes the events of one person in order, one at a time, and those of others meanwhile', async () => {
    const order: string[] = [];
    const held = Promise.withResolvers<undefined>();
    const policy: Policy = {
      name: 'trial.order',
      version: 1,
      wants: { types: ['Asked'] },
      react: async ({ personId, data }) => {
        if (personId === 'p-1' && data['n'] === 0) await held.promise;
        order.push(`${personId} ${String(data['n'])}`);
        if (personId === 'p-2' && data['n'] === 2) held.resolve(undefined);
      },
    };
    for (let n = 0; n < 3; n += 1) {
      for (const person of ['p-1', 'p-2']) await setting.happened(`case-${person}-${n}`, 'Asked', { n }, person);
    }
    const feed = await setting.started(policy);
    expect(await feed.settled(await setting.store.head())).toBe(true);
    expect(order).toEqual(['p-2 0', 'p-2 1', 'p-2 2', 'p-1 0', 'p-1 1', 'p-1 2']);
  });

  it('waits for an absent database instead of setting the event aside', async () => {
    let away = 3;
    const policy = answering(setting.store, 'Asked', 'Came', {
      before: async () => {
        away -= 1;
        if (away >= 0) throw new StoreUnavailable('away');
      },
    });
    const feed = await setting.started(policy);
    expect(await feed.settled(await setting.happened('case-1', 'Asked'))).toBe(true);
    expect(await feed.parked()).toEqual([]);
    expect(await typesInLog()).toEqual(['Asked', 'Came']);
  });

  it('sets aside what it cannot take, with what follows of the same person, and goes on with everyone else', async () => {
    let broken = true;
    const feed = await setting.started(
      answering(setting.store, 'Asked', 'Came', {
        before: async (_, data) => {
          if (broken && data['poison'] === true) throw new Error('cannot take "Alice"');
        },
      }),
    );
    const first = await setting.happened('case-1', 'Asked', { poison: true }, 'p-1');
    const second = await setting.happened('case-2', 'Asked', {}, 'p-1');
    expect(await feed.settled(await setting.happened('case-3', 'Asked', {}, 'p-2'))).toBe(true);
    expect(await typesInLog()).toEqual(['Asked', 'Asked', 'Asked', 'Came']);
    expect(await feed.parked()).toMatchObject([
      {
        consumer: 'trial.Asked-to-Came',
        subject: 'p-1',
        position: first,
        type: 'Asked',
        reason: 'Error: cannot take …',
      },
      { subject: 'p-1', position: second, reason: 'An earlier event of the same subject is parked.' },
    ]);

    expect(await feed.retryParked('trial.Asked-to-Came', 'p-1')).toEqual({ released: 0 });
    broken = false;
    expect(await feed.retryParked('trial.Asked-to-Came', 'p-1')).toEqual({ released: 2 });
    expect(await feed.parked()).toEqual([]);
    const answers = (await setting.store.readAll('0', { types: ['Came'] }, 10)).events.map((event) => event.streamId);
    expect(answers).toEqual(['answer-case-3', 'answer-case-1', 'answer-case-2']);
    expect(await feed.settled(await setting.happened('case-4', 'Asked', {}, 'p-1'))).toBe(true);
    expect(await typesInLog()).toHaveLength(8);
  });

  it('tried again holds up nobody else, however long it takes', async () => {
    let broken = true;
    const begun = Promise.withResolvers<undefined>();
    const held = Promise.withResolvers<undefined>();
    const policy = answering(setting.store, 'Asked', 'Answered', {
      before: async () => {
        if (broken) throw new Error('cannot take it');
        begun.resolve(undefined);
        await held.promise;
      },
    });
    const wards = wardCounts();
    const feed = await setting.started(wards, policy);
    expect(await feed.settled(await setting.happened('case-1', 'Asked', {}, 'p-1'))).toBe(true);
    broken = false;
    const retried = feed.retryParked(policy.name, 'p-1');
    await begun.promise;
    // Nobody wants this one: both consumers are passed by it, and only one of them may write that down now.
    const passed = await setting.happened('case-2', 'Unwanted');
    await setting.until(async () => {
      const [at] = await setting.rows<{ position: Position }>(
        `SELECT position FROM feed.checkpoints WHERE consumer = '${wards.name}'`,
      );
      return at?.position === passed;
    });
    await setting.happened('stay-1', 'Came', { ward: 'A1' });
    expect(await feed.caughtUp([wards.name])).toBe(true);
    held.resolve(undefined);
    expect(await retried).toEqual({ released: 1 });
    expect(await feed.settled(await setting.store.head())).toBe(true);
  });

  it('tried again for many at once needs no more connections than there are', async () => {
    let broken = true;
    const wards = wardCounts();
    // Its store and its feed have the connections of one process between them, as in the service.
    const { feed, store } = setting.processWithStore();
    feed.register(wards);
    const policy = answering(store, 'Asked', 'Came', {
      before: async () => {
        if (broken) throw new Error('cannot take it');
        await feed.caughtUp([wards.name]);
      },
    });
    feed.register(policy);
    await feed.start();
    const people = Array.from({ length: 30 }, (_, n) => `p-${String(n)}`);
    for (const person of people) await setting.happened(`case-${person}`, 'Asked', {}, person);
    expect(await feed.settled(await setting.store.head(), { timeoutMs: 20_000 })).toBe(true);
    broken = false;
    const retried = await Promise.all(people.map((person) => feed.retryParked(policy.name, person)));
    expect(retried).toEqual(people.map(() => ({ released: 1 })));
    expect(await feed.settled(await setting.store.head())).toBe(true);
    expect(await wards.find(setting.database.pool, 'A1')).toMatchObject({ came: 30 });
  });

  it('stops without leaving a reaction running', async () => {
    const begun = Promise.withResolvers<undefined>();
    const held = Promise.withResolvers<undefined>();
    let ended = false;
    const feed = await setting.started(
      answering(setting.store, 'Asked', 'Came', {
        before: async () => {
          begun.resolve(undefined);
          await held.promise;
          ended = true;
        },
      }),
    );
    await setting.happened('case-1', 'Asked');
    await begun.promise;
    const stopped = feed.stop();
    held.resolve(undefined);
    await stopped;
    expect(ended).toBe(true);
  });
});

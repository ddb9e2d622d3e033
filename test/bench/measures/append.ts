import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { createPostgresEventStore } from '#libs/event-store/postgres/postgres-event-store.js';
import type { EventMetadata, EventToAppend } from '#libs/event-store/port.js';
import { rounds, type Bench, type Run } from '../bench.js';
import { poolSize } from '../ground/ground.js';
import { inFlight, interleaved, perSecond, type Loaded } from '../load.js';
import { moreIsBetter, type Measured } from '../measured.js';
import { bareAppend, bareAppendSchema } from '../peers/bare-append.js';
import { emmett } from '../peers/packages.js';
import { figure, median, spread } from '../statistics.js';

const width = 64;
/** After so many events a lane goes on to its next stream. */
const streamLength = 10;

const metadata: EventMetadata = {
  correlationId: uuidv7(),
  actor: { id: uuidv7(), role: 'idt', organisation: 'council' },
  source: 'api',
};

/** An action raised on a case: about 500 bytes of data, most of it a sealed field. */
const actionRaised = (): EventToAppend => {
  const eventId = uuidv7();
  const personId = `n${randomBytes(16).toString('hex')}`;
  const sealed = { sealed: randomBytes(90).toString('base64'), by: personId, in: eventId, field: 'what' };
  return {
    eventId,
    type: 'ActionRaised',
    schemaVersion: 1,
    occurredAt: new Date().toISOString(),
    personId,
    data: { actionId: uuidv7(), what: sealed, owner: { organisation: 'hub', person: null }, due: '2026-11-24' },
  };
};

type Append = (streamId: string, revision: number, event: EventToAppend) => Promise<unknown>;

/** One round: every lane appends single events, no two lanes to the same stream. */
const round =
  (append: Append, seconds: number) =>
  async (number: number): Promise<Loaded> => {
    const turns = Array.from({ length: width }, () => 0);
    return inFlight(width, seconds, (lane) => {
      const turn = turns[lane] ?? 0;
      turns[lane] = turn + 1;
      const stream = `case-${String(number)}-${String(lane)}-${String(Math.floor(turn / streamLength))}`;
      return append(stream, turn % streamLength, actionRaised());
    });
  };

const ours = async ({ ground }: Run): Promise<Append> => {
  const pool = ground.pool(await ground.freshDatabase('append_ours'));
  const store = createPostgresEventStore(pool);
  await store.head();
  return async (streamId, _revision, event) => {
    const appended = await store.append(streamId, 'any', [event], metadata);
    if (!appended.ok) throw new Error('An append was refused.');
  };
};

const emmetts = async ({ ground }: Run): Promise<Append> => {
  const url = await ground.freshDatabase('append_emmett');
  const store = emmett().getPostgreSQLEventStore(url, { connectionOptions: { pool: ground.pool(url) } });
  await store.schema.migrate();
  return (streamId, _revision, { type, data }) => store.appendToStream(streamId, [{ type, data }]);
};

const bare = async ({ ground }: Run): Promise<Append> => {
  const pool = ground.pool(await ground.freshDatabase('append_bare'));
  await pool.query(bareAppendSchema);
  return (streamId, revision, event) => bareAppend(pool, streamId, revision, event, metadata);
};

const rateOf = (loads: readonly Loaded[]): number => median(loads.map(perSecond));
const timesOf = (loads: readonly Loaded[]): string => spread(loads.flatMap(({ milliseconds }) => milliseconds));

export const append: Bench = {
  name: 'append',
  says: `single events to different streams, ${String(width)} in flight, ${String(poolSize)} connections each: our store, emmett-postgresql, a bare unlocked function`,
  knobs: '--seconds of each round (3)',
  async run(run): Promise<readonly Measured[]> {
    const seconds = run.seconds(3);
    run.progress('append: warming up');
    const appends = [await ours(run), await emmetts(run), await bare(run)];
    for (const [side, one] of appends.entries()) await round(one, Math.min(1, seconds))(-1 - side);
    const sides = appends.map((one) => async (number: number) => {
      await run.ground.settleDisk();
      return round(one, seconds)(number);
    });
    const [mine = [], emmettLoads = [], bareLoads = []] = await interleaved(rounds, sides, (done, total) =>
      run.progress('append: rounds', done, total),
    );
    const rate = rateOf(mine);
    const against = (peer: string, loads: readonly Loaded[], measure: string): Measured =>
      moreIsBetter({
        measure,
        ours: rate,
        peer,
        theirs: rateOf(loads),
        unit: 'events/s',
        note: `ours ${timesOf(mine)}; theirs ${timesOf(loads)}`,
      });
    return [
      moreIsBetter({
        measure: 'append.rate',
        ours: rate,
        peer: 'goal',
        theirs: 15_000,
        unit: 'events/s',
        note: `rounds ${mine.map((load) => figure(perSecond(load))).join(', ')}; ${timesOf(mine)}`,
      }),
      against('emmett-postgresql 0.42.0', emmettLoads, 'append.against-emmett'),
      against('bare unlocked SQL function', bareLoads, 'append.against-bare'),
    ];
  },
};

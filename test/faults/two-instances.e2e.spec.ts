import { startTestDatabase, type TestDatabase } from '../support/database.js';
import { doorOf } from './support/doors.js';
import { reckon, verified } from './support/reckoning.js';
import { dataFolder, removeDataFolder, startServiceProcess, type ServiceProcess } from './support/service-process.js';
import { WardLoad, type Door, type Json } from './support/ward-load.js';

describe('two instances on one database, load on both', () => {
  const keys = { MASTER_KEY: '41'.repeat(32), PSEUDONYM_KEY: '42'.repeat(32) };
  let database: TestDatabase;
  let dataDir: string;
  let one: ServiceProcess;
  let other: ServiceProcess;
  beforeAll(async () => {
    [database, dataDir] = await Promise.all([startTestDatabase(), dataFolder()]);
    const env = { ...keys, DATABASE_URL: database.url };
    // Both at once, on a database that nobody has prepared yet.
    [one, other] = await Promise.all([startServiceProcess({ dataDir, env }), startServiceProcess({ dataDir, env })]);
  }, 180_000);
  afterAll(async () => {
    await Promise.all([one.terminate(), other.terminate()]);
    await database.stop();
    await removeDataFolder(dataDir);
  }, 60_000);

  it('do everything once and answer the same; when one is killed the other takes over what it ran', async () => {
    const doors = await Promise.all([doorOf(one), doorOf(other)]);
    let standing: readonly Door[] = doors;
    // Each try may go to the other one, also the repeat of a command whose first try nobody answered.
    let tries = 0;
    const load = new WardLoad(() => {
      tries += 1;
      const door = standing[tries % standing.length];
      if (door === undefined) throw new Error('Nobody is left.');
      return door;
    });
    const running = load.run();
    running.catch(() => undefined);
    await load.grownBy(6);
    load.end();
    await running;
    await Promise.all(doors.map((door) => reckon(load.courses, door.idt, database.url)));
    const boards = await Promise.all(doors.map(async ({ idt }) => (await idt.get('/board')).json['rows'] as Json[]));
    expect(boards[0]).toEqual(boards[1]);

    const second = new WardLoad(() => {
      tries += 1;
      const door = standing[tries % standing.length];
      if (door === undefined) throw new Error('Nobody is left.');
      return door;
    }, 6000);
    const onwards = second.run();
    onwards.catch(() => undefined);
    await second.grownBy(1);
    await one.kill();
    standing = doors.slice(1);
    await second.grownBy(4);
    second.end();
    await onwards;
    second.tell('one of two instances killed');
    const left = doors[1];
    if (left === undefined) throw new Error('Nobody is left.');
    await reckon([...load.courses, ...second.courses], left.idt, database.url);
    await verified(dataDir, { ...keys, DATABASE_URL: database.url });
  }, 300_000);
});

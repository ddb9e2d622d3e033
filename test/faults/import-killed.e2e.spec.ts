import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '#libs/platform/embedded-postgres.js';
import { projectRoot } from '#libs/platform/root.js';
import { setTimeout as pause } from 'node:timers/promises';
import { queryOf } from './support/reckoning.js';
import { dataFolder, databaseUrlOf, removeDataFolder, runToEnd } from './support/service-process.js';

const excerpt = join(projectRoot, 'libs', 'intake', 'fixtures', 'simhospital-excerpt.hl7');
const file = process.env['FAULT_IMPORT'] ?? excerpt;

interface Counts {
  readonly messages: number;
  readonly accepted: number;
  readonly duplicate: number;
  readonly ignored: number;
  readonly quarantined: number;
  readonly unreadable: number;
}

const countsOf = (output: string): Counts => {
  const said =
    /(\d+) messages: (\d+) accepted, (\d+) duplicate, (\d+) ignored, (\d+) quarantined, (\d+) unreadable/.exec(output);
  const [messages = 0, accepted = 0, duplicate = 0, ignored = 0, quarantined = 0, unreadable = 0] = (said ?? [])
    .slice(1)
    .map(Number);
  return { messages, accepted, duplicate, ignored, quarantined, unreadable };
};

/** A row without what its own import made up: ids and times of recording. */
const whatStays = (row: Record<string, unknown>): string =>
  JSON.stringify(row)
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'id')
    .replaceAll(/"(recordedAt|recorded_at|updatedAt|position|revision)": ?("[^"]*"|\d+)/g, '"$1":0');

/** What an import leaves behind, without what the hour of it decides: ids and positions differ from one import to the next. */
const tablesOf = async (dataDir: string): Promise<unknown> => {
  // An import that ends well stops the server it started.
  const { url, stop } = await startEmbeddedPostgres({ dataDir, log: () => undefined });
  const stays = await queryOf<{ row: Record<string, unknown> }>(
    url,
    'SELECT to_jsonb(s) AS row FROM intake.stays_v2 s',
  );
  const events = await queryOf(url, 'SELECT type, count(*)::int AS n FROM log.events GROUP BY type ORDER BY type');
  const byStay = await queryOf(
    url,
    `SELECT n, count(*)::int AS stays FROM (SELECT count(*)::int AS n FROM log.events WHERE stream_id LIKE 'stay-%' GROUP BY stream_id) s
      GROUP BY n ORDER BY n`,
  );
  const quarantined = await queryOf(url, 'SELECT count(*)::int AS n FROM intake.quarantine');
  await stop();
  return { stays: stays.map(({ row }) => whatStays(row)).sort(), events, byStay, quarantined };
};

describe('an import killed in the middle', () => {
  const keys = { MASTER_KEY: '31'.repeat(32), PSEUDONYM_KEY: '32'.repeat(32), LOG_LEVEL: 'warn' };
  let dataDir: string;
  let undisturbed: string;
  beforeAll(async () => {
    [dataDir, undisturbed] = await Promise.all([dataFolder(), dataFolder()]);
  });
  afterAll(async () => {
    await removeDataFolder(dataDir);
    await removeDataFolder(undisturbed);
  }, 60_000);

  it('and run again ends as one that was left in peace: the counts add up, the tables are the same', async () => {
    expect(existsSync(file)).toBe(true);
    const options = { dataDir, env: keys };
    const messages = (await readFile(file, 'latin1')).split(/[\r\n]+(?=MSH\|)/).length;
    const enough = 5 + (Math.random() * messages) / 4;
    const killed = await runToEnd('cli', ['import-hl7', file], options, async (child) => {
      // Some way in, nobody knows how far, it is shot.
      await pause(200);
      for (;;) {
        const begun = await databaseUrlOf(dataDir)
          .then((url) => queryOf<{ n: number }>(url, 'SELECT count(*)::int AS n FROM log.events'))
          .catch(() => []);
        if ((begun[0]?.n ?? 0) > enough || child.ended()) break;
        await pause(10);
      }
      if (!child.ended()) process.kill(child.pid, 'SIGKILL');
    });
    const again = await runToEnd('cli', ['import-hl7', file], options);
    const peace = await runToEnd('cli', ['import-hl7', file], { dataDir: undisturbed, env: keys });
    expect([killed.signal, again.code, peace.code]).toEqual(['SIGKILL', 0, 0]);

    const [one, other] = [countsOf(again.output), countsOf(peace.output)];
    expect(one.messages).toBe(messages);
    expect(one.accepted + one.duplicate + one.ignored + one.quarantined + one.unreadable).toBe(one.messages);
    expect(one.duplicate).toBeGreaterThan(other.duplicate);
    expect({ ...one, accepted: 0, duplicate: one.accepted + one.duplicate }).toMatchObject({
      messages: other.messages,
      quarantined: other.quarantined,
    });
    expect(await tablesOf(dataDir)).toEqual(await tablesOf(undisturbed));

    const third = await runToEnd('cli', ['import-hl7', file], options);
    expect(countsOf(third.output)).toMatchObject({ messages: one.messages, accepted: 0 });
    expect(await tablesOf(dataDir)).toEqual(await tablesOf(undisturbed));
    const verify = await runToEnd('cli', ['verify'], options);
    expect([verify.code, /0 different/.test(verify.output)]).toEqual([0, true]);
  }, 300_000);
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { freePort } from '#libs/platform/ports.js';
import { projectRoot } from '#libs/platform/root.js';
import { signedIn, type ApiClient } from '../../support/api-client.js';
import { demoPassword } from '#libs/access/demo-users.js';
import type { Bench, Run } from '../bench.js';
import { keys } from '../ground/ground.js';
import { builtHistory, twoYears } from '../history/log.js';
import { lessIsBetter, type Measured } from '../measured.js';
import { figure, median } from '../statistics.js';

const starts = 3;
/** Of `npm start`: the database of the embedded server. */
const database = 'homeward';

interface Started {
  readonly seconds: number;
  readonly residentMb: { readonly ready: number; readonly used: number };
}

const residentMb = async (url: string): Promise<number> => {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\S+)/m.exec(metrics)?.[1]) / 1024 ** 2;
};

/** An hour of a team's looking, in short: boards, a board of the past, figures. */
const use = async (idt: ApiClient): Promise<void> => {
  const lastMonth = new Date(Date.now() - 30 * 86_400_000).toISOString();
  for (let turn = 0; turn < 30; turn += 1) await idt.get('/board');
  await idt.get(`/board?knownAt=${lastMonth}`);
  await idt.get(`/metrics/los.mean?from=${lastMonth.slice(0, 10)}&to=${new Date().toISOString().slice(0, 10)}`);
};

const saidReady = (output: Readable): Promise<void> =>
  new Promise((resolve) => {
    let said = '';
    output.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('Homeward is ready')) resolve();
    });
  });

/** `npm start` with nothing running, until it says that it is ready; then ended as by Ctrl-C. */
const startOnce = async ({ ground }: Run): Promise<Started> => {
  const [httpPort, mllpPort] = [await freePort(), await freePort()];
  const env = {
    ...process.env,
    ...{ ...keys, DATA_DIR: ground.folder, HOMEWARD_DEMO: 'users', HTTP_HOST: '127.0.0.1' },
    ...{ HTTP_PORT: String(httpPort), MLLP_PORT: String(mllpPort) },
  };
  const begun = performance.now();
  // A process group of its own, as a terminal gives it: Ctrl-C goes to npm and to all that it started.
  const child = spawn('npm', ['start', '--silent'], {
    ...{ cwd: projectRoot, env, detached: true },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const end = ground.defer(async () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGINT');
    await ended;
  });
  try {
    await Promise.race([saidReady(child.stdout), ended]);
    if (child.exitCode !== null) throw new Error(`npm start ended with ${String(child.exitCode)}.`);
    const seconds = (performance.now() - begun) / 1000;
    const url = `http://127.0.0.1:${String(httpPort)}`;
    const ready = await residentMb(url);
    await use(await signedIn(url, 'idt', demoPassword));
    return { seconds, residentMb: { ready, used: await residentMb(url) } };
  } finally {
    await end();
  }
};

export const start: Bench = {
  name: 'start',
  says: 'npm start on a warm install, database included, until ready; memory of its Node process then, and after some use',
  knobs: '--size events in the log (300000; the goal says 1000000)',
  async run(run): Promise<readonly Measured[]> {
    const events = run.size(300_000);
    const { ground } = run;
    const history = await builtHistory(run, { events, days: twoYears });
    await ground.dropDatabase(database);
    await ground.renameDatabase(history.database, database);
    const all: Started[] = [];
    for (let turn = 0; turn < starts; turn += 1) {
      run.progress('start: npm start', turn + 1, starts);
      await ground.stopServer();
      all.push(await startOnce(run));
    }
    await ground.renameDatabase(database, history.database);
    const ready = median(all.map(({ residentMb: { ready } }) => ready));
    return [
      lessIsBetter({
        measure: 'start.ready',
        ours: median(all.map(({ seconds }) => seconds)),
        peer: 'goal',
        theirs: 5,
        unit: 's',
        note: `starts ${all.map(({ seconds }) => seconds.toFixed(1)).join(', ')} s, a log of ${figure(events)} events`,
      }),
      lessIsBetter({
        measure: 'start.memory',
        ours: Math.max(...all.map(({ residentMb: { used } }) => used)),
        peer: 'goal',
        theirs: 400,
        unit: 'MB resident',
        note: `${figure(ready)} MB when ready; the most after some use, a log of ${figure(events)} events`,
      }),
    ];
  },
};

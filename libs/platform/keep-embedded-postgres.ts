import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.js';
import type { Settings } from './settings.js';
import { messageOf } from './errors.js';

const lookEveryMs = 500;

/**
 * Starts the embedded PostgreSQL, and starts it again whenever it is found dead (killed, out of memory): nobody else would.
 * It comes back at the same address. `stop` ends the watch first.
 */
export async function keepEmbeddedPostgres(options: {
  dataDir: string;
  log: (message: string) => void;
}): Promise<EmbeddedPostgres> {
  const { dataDir, log } = options;
  const postgres = await startEmbeddedPostgres(options);
  const port = Number(new URL(postgres.url).port);
  const stopping = new AbortController();
  const keeping = (async () => {
    let told: string | undefined;
    while (!stopping.signal.aborted) {
      await pause(lookEveryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted || (await listens(port))) continue;
      try {
        if (told === undefined) log('PostgreSQL has gone; starting it again.');
        await startEmbeddedPostgres({ dataDir, port, log });
        log('PostgreSQL is back.');
        told = undefined;
      } catch (error) {
        const reason = messageOf(error);
        if (reason !== told) log(`PostgreSQL cannot be started again: ${reason}`);
        told = reason;
      }
    }
  })();
  return {
    url: postgres.url,
    stop: async () => {
      stopping.abort();
      await keeping;
      await postgres.stop();
    },
  };
}

/** A server that recovers listens too, and needs no help; only a dead one leaves the port. */
const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = connect(port, '127.0.0.1');
    const say = (answer: boolean): void => {
      probe.destroy();
      resolve(answer);
    };
    probe.setTimeout(5_000, () => say(true));
    probe.once('connect', () => say(true));
    probe.once('error', (error: NodeJS.ErrnoException) => say(error.code !== 'ECONNREFUSED'));
  });

/** The database the settings name: of `DATABASE_URL`, else the embedded one, which is then started. `stop` leaves a foreign server alone. */
export const openDatabase = (
  { databaseUrl, dataDir }: Pick<Settings, 'databaseUrl' | 'dataDir'>,
  log: (message: string) => void,
): Promise<EmbeddedPostgres> =>
  databaseUrl === undefined
    ? keepEmbeddedPostgres({ dataDir, log })
    : Promise.resolve({ url: databaseUrl, stop: () => Promise.resolve() });

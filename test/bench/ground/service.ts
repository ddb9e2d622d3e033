import { join } from 'node:path';
import { demoPassword } from '#libs/access/demo-users.js';
import { startServiceProcess, type ServiceProcess } from '../../faults/support/service-process.js';
import { signedIn, type ApiClient } from '../../support/api-client.js';
import { keys, type Ground } from './ground.js';

export interface Service extends ServiceProcess {
  /** A client of the API, signed in as this demo user. */
  api(username: string): Promise<ApiClient>;
  /** SIGTERM, and until it has gone. */
  stop(): Promise<void>;
}

/** The built service in a process of its own, on a database of the ground, with demo users and without the demo's borough. */
export const startService = async (ground: Ground, databaseUrl: string): Promise<Service> => {
  const { folder, profiles } = ground;
  const profiled = profiles === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profiles}` };
  const service = await startServiceProcess({
    dataDir: join(folder, 'service'),
    env: { ...keys, ...profiled, DATABASE_URL: databaseUrl, LOG_LEVEL: 'warn' },
  });
  const stop = ground.defer(() => service.terminate());
  return { ...service, stop, api: (username) => signedIn(service.url, username, demoPassword) };
};

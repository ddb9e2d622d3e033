import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { poolSize, type Ground } from '../ground/ground.js';

/** Starts a bare server of this folder in a process of its own, as the service is one; gives the port it listens on. */
export const startBareServer = async (
  ground: Ground,
  file: 'bare-route.server.js' | 'bare-line.server.js',
  databaseUrl: string,
): Promise<number> => {
  const program = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, [program, databaseUrl, String(poolSize)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  ground.defer(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const told: unknown[] = await Promise.race([once(child.stdout, 'data'), ended]);
  const port = Number(String(told[0]).trim());
  if (!(port > 0)) throw new Error(`${file} did not start.`);
  return port;
};

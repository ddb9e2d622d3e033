import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { keys, type Ground } from './ground.js';

const program = fileURLToPath(new URL('rebuild.process.js', import.meta.url));

/** Rebuilds projections in a process of their own, beside a running service, as `homeward rebuild` does. Gives seconds by name. */
export const rebuildBeside = async (
  ground: Ground,
  databaseUrl: string,
  names: readonly string[],
  onBuilt: (name: string, seconds: number) => void,
): Promise<ReadonlyMap<string, number>> => {
  const env = {
    ...{ PATH: process.env['PATH'], TZ: 'UTC', HOMEWARD_DEMO: 'users', ...keys },
    ...{ DATABASE_URL: databaseUrl, DATA_DIR: join(ground.folder, 'rebuild') },
  };
  const child = spawn(process.execPath, [program, ...names], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  const kill = ground.defer(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const seconds = new Map<string, number>();
  for await (const line of createInterface({ input: child.stdout })) {
    const [name = '', took = ''] = line.split(' ');
    seconds.set(name, Number(took));
    onBuilt(name, Number(took));
  }
  await kill();
  if (child.exitCode !== 0 || seconds.size !== names.length) throw new Error('A projection could not be rebuilt.');
  return seconds;
};

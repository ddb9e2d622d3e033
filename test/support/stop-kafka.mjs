/** Stops the Kafka that the suites share (see kafka.ts), unless another run still uses it. */
import { existsSync, realpathSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kafkaBroker } from './kafka-broker.mjs';

const home = join(tmpdir(), `homeward-test-kafka-${userInfo().uid}`);

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/** Every run that uses the broker leaves its process id; of those that ended, nobody waits. */
const inUse = async () => {
  const users = join(home, 'users');
  const pids = existsSync(users) ? await readdir(users) : [];
  return pids.some((pid) => isAlive(Number(pid)));
};

export const stopSharedKafka = async () => {
  if (await inUse()) return;
  const folder = join(home, 'broker');
  if (existsSync(folder)) await (await kafkaBroker({ folder })).stop();
  await rm(home, { recursive: true, force: true });
};

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await stopSharedKafka();

import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { codeOf } from './errors.js';

const staleAfterMs = 120_000;

/**
 * Runs `work` while no other process of this machine runs its own under the same lock file.
 * A lock whose process is gone (`kill -9`), or that is older than two minutes, is taken over.
 */
export async function withStartLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 2 * staleAfterMs;
  while (!(await taken(file))) {
    if (Date.now() > deadline) throw new Error(`Another start is holding ${file}. Remove it if none is running.`);
    await pause(50);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function taken(file: string): Promise<boolean> {
  try {
    await writeFile(file, String(process.pid), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  const seen = await holderOf(file);
  if (seen === undefined || seen.fresh) return false;
  // Renaming takes one certain file away: of two processes that see the same stale lock, only one gets it.
  const aside = `${file}.${process.pid}`;
  try {
    await rename(file, aside);
    await rm(aside, { force: true });
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  return false;
}

async function holderOf(file: string): Promise<{ fresh: boolean } | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(file, 'utf8'), stat(file)]);
    const age = Date.now() - mtimeMs;
    const pid = Number.parseInt(text, 10);
    // An empty file is one that is just being written.
    if (Number.isNaN(pid)) return { fresh: age < 5_000 };
    return { fresh: age < staleAfterMs && isAlive(pid) };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

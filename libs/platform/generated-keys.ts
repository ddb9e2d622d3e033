import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from './errors.js';

/**
 * A key of 32 bytes that is made once and then kept in `<dataDir>/keys`, readable by its owner only. Two processes that
 * start at the same moment end with the same key: the one that links first wins.
 */
export const generatedKey = async (dataDir: string, name: string): Promise<Buffer> => {
  const folder = join(dataDir, 'keys');
  const file = join(folder, `${name}.key`);
  const kept = await read(file);
  if (kept) return kept;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx', flush: true });
  await link(draft, file).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  await rm(draft, { force: true });
  const made = await read(file);
  if (!made) throw new Error(`The key ${file} could not be kept.`);
  return made;
};

const read = async (file: string): Promise<Buffer | undefined> => {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const key = Buffer.from(text.trim(), 'hex');
  // A new key in place of a damaged one would make everything sealed under the old one unreadable.
  if (key.length !== 32) throw new Error(`The key file ${file} is damaged: restore it from a backup.`);
  return key;
};

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { codeOf, messageOf } from '#libs/platform/errors.js';

const run = promisify(execFile);
const megabyte = Buffer.alloc(1_048_576);

/** A disk of its own for a data folder, of so many megabytes. */
export interface SmallDisk {
  /** The data folder, on it. */
  readonly dataDir: string;
  /** Takes all the room that is left. */
  fill(): Promise<void>;
  enlarge(megabytes: number): Promise<void>;
  /** Nothing may use it any more. */
  remove(): Promise<void>;
}

/** @throws Error where mounting is not allowed. */
export const smallDisk = async (megabytes: number): Promise<SmallDisk> => {
  const folder = await mkdtemp(join(tmpdir(), 'homeward-disk-'));
  const disk = join(folder, 'disk');
  await mkdir(disk);
  // PostgreSQL runs under an account of its own where the tests are run by root.
  const size = (of: number): string => `size=${String(of)}m,mode=0755`;
  try {
    await run('mount', ['-t', 'tmpfs', '-o', size(megabytes), 'tmpfs', disk]);
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
  return {
    dataDir: join(disk, 'data'),
    fill: () => fillUp(join(disk, 'ballast')),
    enlarge: async (to) => {
      await run('mount', ['-o', `remount,${size(to)}`, disk]);
    },
    remove: async () => {
      await run('umount', [disk]);
      await rm(folder, { recursive: true });
    },
  };
};

/** Why there can be no small disk here; undefined where there can. */
export const whyNoSmallDisk = async (): Promise<string | undefined> => {
  try {
    await (await smallDisk(1)).remove();
    return undefined;
  } catch (error) {
    return `a tmpfs cannot be mounted here: ${messageOf(error).split('\n')[0] ?? ''}`;
  }
};

const fillUp = async (path: string): Promise<void> => {
  const file = await open(path, 'a');
  try {
    for (let size = megabyte.length; size >= 4096; size /= 4) await writeUntilFull(file, size);
  } finally {
    await file.close();
  }
};

const writeUntilFull = async (file: FileHandle, size: number): Promise<void> => {
  try {
    for (;;) await file.appendFile(megabyte.subarray(0, size));
  } catch (error) {
    if (codeOf(error) !== 'ENOSPC') throw error;
  }
};

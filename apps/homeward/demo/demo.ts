import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { londonDate } from '#libs/nhs/civil-date.js';
import { arrive } from './borough.js';
import { FrontDoor } from './front-door.js';
import { liveOn } from './living.js';
import type { Inpatient } from './stories.js';

/** When the borough was made, so that a seeding cut short goes on with the same people, days and keys. */
interface Made {
  readonly today: string;
  readonly now: string;
  readonly done: boolean;
}

export interface DemoOptions {
  readonly url: string;
  readonly dataDir: string;
  /** True when nothing has ever been appended. */
  readonly isLogEmpty: () => Promise<boolean>;
  readonly onProgress: (done: number, total: number) => void;
  readonly onFault: (error: unknown) => void;
  readonly signal: AbortSignal;
  /** Between two ward messages of the living borough. Default 4 seconds. */
  readonly everyMs?: number;
}

const isMade = (value: unknown): value is Made =>
  typeof value === 'object' &&
  value !== null &&
  'today' in value &&
  typeof value.today === 'string' &&
  'now' in value &&
  typeof value.now === 'string' &&
  'done' in value &&
  typeof value.done === 'boolean';

const read = async (file: string): Promise<Made | null> => {
  try {
    const made: unknown = JSON.parse(await readFile(file, 'utf8'));
    return isMade(made) ? made : null;
  } catch {
    return null;
  }
};

const write = async (file: string, made: Made): Promise<void> => {
  await writeFile(`${file}.new`, JSON.stringify(made));
  await rename(`${file}.new`, file);
};

/**
 * The synthetic borough: fills an empty log through the front door, then lets its wards go on. A log that holds something else
 * already is left alone. Resolves when the signal aborts.
 */
export const demo = async ({
  url,
  dataDir,
  isLogEmpty,
  onProgress,
  onFault,
  signal,
  everyMs = 4000,
}: DemoOptions): Promise<void> => {
  const file = join(dataDir, 'demo.json');
  await mkdir(dataDir, { recursive: true });
  let made = await read(file);
  if (made === null) {
    if (!(await isLogEmpty())) return;
    const now = new Date().toISOString();
    made = { today: londonDate(now), now, done: false };
    await write(file, made);
  }
  const door = new FrontDoor(url, `demo-${made.today}`, signal);
  let inBed: readonly Inpatient[] = [];
  if (!made.done) {
    inBed = await arrive(door, made.today, made.now, onProgress);
    await write(file, { ...made, done: true });
  }
  // A resident's number grows with the seconds since the borough was made: a restart brings new people.
  const first = 2000 + Math.floor((Date.now() - Date.parse(made.now)) / 1000);
  await liveOn(door, inBed, first, everyMs, signal, onFault);
};

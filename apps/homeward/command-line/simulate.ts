import { londonDate } from '#libs/nhs/civil-date.js';
import { messageOf } from '#libs/platform/errors.js';
import { arrive } from '../demo/borough.js';
import { FrontDoor } from '../demo/front-door.js';
import { liveOn } from '../demo/living.js';
import { progressOf } from './progress.js';

/** `homeward simulate`: through the front door of a service that runs with demo users. */
export const simulate = async ({ url, every }: { url: string; every: number }): Promise<void> => {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  const now = new Date().toISOString();
  const today = londonDate(now);
  const door = new FrontDoor(url.replace(/\/$/, ''), `simulate-${today}`, stop.signal);
  const progress = progressOf('people');
  const inBed = await arrive(door, today, now, progress.update).finally(() => progress.stop());
  process.stdout.write('The borough has arrived; its wards go on until you stop this.\n');
  const complain = (error: unknown): void => void process.stderr.write(`${messageOf(error)}\n`);
  await liveOn(door, inBed, 2000 + (Math.floor(Date.now() / 1000) % 500_000), every * 1000, stop.signal, complain);
};

import { addDays, londonDate } from '#libs/nhs/civil-date.js';
import { Chance } from './chance.js';
import type { FrontDoor } from './front-door.js';
import { bedOf, hospitals, inpatient, type Inpatient, type Stage } from './stories.js';

const hospitalOf = (person: Inpatient): (typeof hospitals)[number] =>
  hospitals.find((one) => one === person.visit.hospital) ?? hospitals[0];

/**
 * The wards go on: one message every few seconds, until the signal aborts. `first` is the number of the next new resident;
 * it grows with time, so that a restart brings new people and not the same ones.
 */
export const liveOn = async (
  door: FrontDoor,
  inBed: readonly Inpatient[],
  first: number,
  everyMs: number,
  signal: AbortSignal,
  onFault: (error: unknown) => void,
): Promise<void> => {
  const chance = new Chance(first);
  const beds = [...inBed];
  let sequence = first;
  const one = async (): Promise<void> => {
    const now = new Date().toISOString();
    const today = londonDate(now);
    const stage: Stage = { door, chance, today, now };
    const said = (): Partial<Parameters<Inpatient['say']>[2]> & object => ({
      controlId: `LIVE-${String(sequence)}-${String(Date.now())}`,
    });
    const someone = beds[chance.between(0, Math.max(0, beds.length - 1))];
    const what = chance.weighted([
      ['admit', beds.length < 120 ? 4 : 1],
      ['move', 4],
      ['ready', 3],
      ['expected', 2],
    ]);
    if (what === 'admit' || !someone) {
      sequence += 1;
      const admitted = inpatient(stage, sequence, today, { admittedAt: now });
      beds.push(admitted);
      await door.ward([admitted.say('A01', now, said())]);
      return;
    }
    if (what === 'move') {
      const moved = { ...someone.visit, bed: bedOf(chance, hospitalOf(someone)) };
      beds[beds.indexOf(someone)] = { ...someone, visit: moved };
      await door.ward([someone.say('A02', now, { ...said(), bed: moved.bed })]);
      return;
    }
    const { bed } = someone.visit;
    if (what === 'ready') await door.ward([someone.say('A08', now, { ...said(), bed, fit: chance.percent(80) })]);
    else
      await door.ward([
        someone.say('A08', now, { ...said(), bed, expectedDischarge: addDays(today, chance.between(0, 5)) }),
      ]);
  };
  while (!signal.aborted) {
    await one().catch(onFault);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, everyMs);
      signal.addEventListener(
        'abort',
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    });
  }
};

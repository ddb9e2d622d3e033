import { addDays } from '#libs/nhs/civil-date.js';
import { Chance } from './chance.js';
import type { FrontDoor } from './front-door.js';
import { registerProviders } from './providers.js';
import { at, goesHomeAlone, inpatient, type Inpatient, type Stage } from './stories.js';
import { supportedDischarge, type StoryStage } from './supported-discharge.js';

/** How large a borough is: people at each stage, and over how many weeks they left. */
export interface Size {
  readonly goingHomeAlone: number;
  readonly finished: number;
  readonly followedUp: number;
  readonly inBed: number;
  readonly weeks: number;
  /** Where the open cases stand. */
  readonly open: readonly (readonly [StoryStage, number])[];
}

/** Shares after published-2024-25.json (Barnet) and domain.md §11; about 40 open cases, a few at every stage of the way. */
export const wholeBorough: Size = {
  goingHomeAlone: 260,
  finished: 90,
  followedUp: 24,
  inBed: 45,
  weeks: 6,
  open: [
    ['referred', 4],
    ['accepted', 3],
    ['pathway', 5],
    ['delayed', 8],
    ['requested', 5],
    ['sent', 5],
    ['offered', 5],
    ['awarded', 5],
  ],
};

const seed = 20_261_123;
const together = 6;

type Task = () => Promise<void>;

const stageOf = (door: FrontDoor, today: string, now: string, sequence: number): Stage => ({
  door,
  today,
  now,
  chance: new Chance(seed + sequence * 7919),
});

/** Everybody of the borough, each a story of their own; the same ones every time. */
const storiesOf = (door: FrontDoor, today: string, now: string, size: Size): { tasks: Task[]; inBed: Inpatient[] } => {
  let sequence = 0;
  const next = (): Stage & { sequence: number } => {
    sequence += 1;
    return { ...stageOf(door, today, now, sequence), sequence };
  };
  const tasks: Task[] = [];
  const inBed: Inpatient[] = [];
  const finished = (leavesFrom: number, leavesTo: number): void => {
    const stage = next();
    const leaves = addDays(today, -stage.chance.between(leavesFrom, leavesTo));
    const waited = stage.chance.weighted([
      [0, 3],
      [1, 6],
      [2, 5],
      [4, 4],
      [8, 2],
      [16, 1],
    ]);
    const ready = addDays(leaves, -waited);
    const admitted = addDays(ready, -stage.chance.between(3, 18));
    tasks.push(async () => {
      await supportedDischarge(stage, { sequence: stage.sequence, admitted, ready, leaves, upTo: 'discharged' });
    });
  };
  for (let i = 0; i < size.followedUp; i += 1) finished(84, 112);
  for (let i = 0; i < size.finished; i += 1) finished(1, size.weeks * 7);
  for (const [upTo, count] of size.open) {
    for (let i = 0; i < count; i += 1) {
      const stage = next();
      const ready = addDays(today, -stage.chance.between(upTo === 'referred' ? 0 : 1, upTo === 'awarded' ? 9 : 5));
      const admitted = addDays(ready, -stage.chance.between(3, 20));
      const leaves = addDays(today, stage.chance.between(0, 4));
      tasks.push(async () => {
        inBed.push(
          (await supportedDischarge(stage, { sequence: stage.sequence, admitted, ready, leaves, upTo })).person,
        );
      });
    }
  }
  for (let i = 0; i < size.goingHomeAlone; i += 1) {
    const stage = next();
    const leaves = addDays(today, -stage.chance.between(1, size.weeks * 7));
    tasks.push(() => goesHomeAlone(stage, stage.sequence, leaves));
  }
  for (let i = 0; i < size.inBed; i += 1) {
    const stage = next();
    const person = inpatient(stage, stage.sequence, addDays(today, -stage.chance.between(1, 9)));
    inBed.push(person);
    tasks.push(() => door.ward([person.say('A01', person.visit.admittedAt)]));
  }
  return { tasks, inBed };
};

/** Some of the checks that are due have been worked on already. */
const followUp = async (door: FrontDoor, today: string, now: string): Promise<void> => {
  const { items } = (await door.read('reablement', '/day-91-checks?limit=500')) as {
    items: readonly { checkId: string; state: string }[];
  };
  const due = items
    .filter(({ state }) => state === 'due' || state === 'overdue')
    .map(({ checkId }) => checkId)
    .sort();
  const chance = new Chance(seed);
  for (const [index, checkId] of due.entries()) {
    const say = (path: string, body: object, name: string) =>
      door.command(
        'reablement',
        `/day-91-checks/${checkId}/${path}`,
        { ...body, occurredAt: now },
        `check-${String(index)}-${name}`,
      );
    if (chance.percent(60))
      await say(
        'attempts',
        {
          at: at(addDays(today, -1), 11 * 60),
          channel: 'phone',
          result: chance.percent(60) ? 'spoke-to-person' : 'no-answer',
        },
        'attempt',
      );
    if (chance.percent(45))
      await say(
        'outcome',
        {
          status: chance.weighted([
            ['own-home', 8],
            ['care-home-long-term', 1],
            ['extra-care', 1],
          ]),
          decidedBy: 'Reablement team',
        },
        'outcome',
      );
  }
};

const yesterdaysHuddle = async (door: FrontDoor, today: string): Promise<void> => {
  const day = addDays(today, -1);
  const { rows } = (await door.read('idt', '/board?hospital=RAL')) as { rows: readonly { caseId: string }[] };
  const huddle = await door.command('idt', '/huddles', { hospital: 'RAL', occurredAt: at(day, 8 * 60 + 30) }, 'huddle');
  const path = `/huddles/${String(huddle['huddleId'])}`;
  for (const [index, { caseId }] of rows.slice(0, 10).entries()) {
    await door.command(
      'idt',
      `${path}/reviews`,
      { caseId, decision: 'Plan stands; owner to chase today.', occurredAt: at(day, 8 * 60 + 31 + index) },
      `review-${String(index)}`,
    );
  }
  await door.command('idt', `${path}/finish`, { occurredAt: at(day, 8 * 60 + 55) }, 'huddle-finish');
};

/** Lets the borough arrive through the front door, a few people at a time. Answers who is in bed at the end. */
export const arrive = async (
  door: FrontDoor,
  today: string,
  now: string,
  onProgress: (done: number, total: number) => void,
  size: Size = wholeBorough,
): Promise<readonly Inpatient[]> => {
  await registerProviders(door, at(addDays(today, -130), 9 * 60), now);
  const { tasks, inBed } = storiesOf(door, today, now, size);
  let begun = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let task = tasks[begun]; task; task = tasks[begun]) {
      begun += 1;
      await task();
      done += 1;
      onProgress(done, tasks.length);
    }
  };
  await Promise.all(Array.from({ length: together }, work));
  await followUp(door, today, now);
  await yesterdaysHuddle(door, today);
  return inBed;
};

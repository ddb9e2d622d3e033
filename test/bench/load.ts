import { setTimeout as pause } from 'node:timers/promises';

export interface Loaded {
  readonly done: number;
  readonly seconds: number;
  /** How long each took, in milliseconds. */
  readonly milliseconds: readonly number[];
}

export const perSecond = ({ done, seconds }: Loaded): number => done / seconds;

/**
 * Keeps `width` of them going for so long: each lane begins the next when its last is done. What began in time counts, and so does
 * the time it took.
 */
export const inFlight = async (
  width: number,
  seconds: number,
  work: (lane: number, turn: number) => Promise<unknown>,
): Promise<Loaded> => {
  const milliseconds: number[] = [];
  const begun = performance.now();
  const until = begun + seconds * 1000;
  let turn = 0;
  const lane = async (number: number): Promise<void> => {
    for (let at = performance.now(); at < until; at = performance.now()) {
      const mine = turn;
      turn += 1;
      await work(number, mine);
      milliseconds.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: width }, (_, number) => lane(number)));
  return { done: milliseconds.length, seconds: (performance.now() - begun) / 1000, milliseconds };
};

/**
 * Begins so many a second, whatever became of those before: a service that falls behind is not spared. Times count from when each
 * was due. Ends when all are answered.
 */
export const steadily = async (
  rate: number,
  seconds: number,
  work: (turn: number) => Promise<unknown>,
): Promise<Loaded> => {
  const milliseconds: number[] = [];
  const begun = performance.now();
  const total = Math.round(rate * seconds);
  const running: Promise<void>[] = [];
  for (let turn = 0; turn < total; turn += 1) {
    const due = begun + (turn * 1000) / rate;
    const early = due - performance.now();
    if (early > 1) await pause(early);
    const answered = work(turn).then(() => void milliseconds.push(performance.now() - due));
    // Told below, once all have ended: a failure must not end the process while the others still run.
    answered.catch(() => undefined);
    running.push(answered);
  }
  await Promise.all(running);
  return { done: total, seconds: (performance.now() - begun) / 1000, milliseconds };
};

/**
 * Runs the sides one after the other, round by round, another one first each time, so that a slow minute of the machine meets all.
 * Gives the rounds of each side, in the order of the sides.
 */
export const interleaved = async (
  rounds: number,
  sides: readonly ((round: number) => Promise<Loaded>)[],
  onRound: (done: number, total: number) => void,
): Promise<readonly (readonly Loaded[])[]> => {
  const results = sides.map((): Loaded[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < sides.length; turn += 1) {
      const at = (round + turn) % sides.length;
      const loaded = await sides[at]?.(round);
      if (loaded !== undefined) results[at]?.push(loaded);
      onRound(round * sides.length + turn + 1, rounds * sides.length);
    }
  }
  return results;
};

import { setTimeout as pause } from 'node:timers/promises';

/** Waits until a condition holds that nothing tells of, such as a number at a broker. @throws Error when it does not come in time. */
export const eventually = async (
  what: string,
  holds: () => boolean | Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> => {
  const deadline = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Not within ${String(timeoutMs)} ms: ${what}.`);
    await pause(50);
  }
};

import { setTimeout as pause } from 'node:timers/promises';

/** Waits for work, at most so long (ms), whatever comes of it. What is not done by then goes on by itself. */
export const atMost = async (milliseconds: number, work: Promise<unknown>): Promise<void> => {
  const over = new AbortController();
  const late = pause(milliseconds, undefined, { ref: false, signal: over.signal });
  await Promise.race([work, late]).catch(() => undefined);
  over.abort();
  await late.catch(() => undefined);
};

/** Resolves when a signal aborts. */
export const endOf = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

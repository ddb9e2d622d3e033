import { nameOf } from './errors.js';

/** How long stopping may take before the process ends anyway. */
const patience = 10_000;

/**
 * Stops in order on SIGTERM and SIGINT (a terminal sends the latter twice: to npm's child and to us), then exits.
 * Also when whoever started us is gone without a word (`kill -9` of `npm start`): nobody should hold its ports for ever.
 */
export const stopOnSignal = (stop: () => Promise<void>, complain: (text: string) => void): void => {
  let stopping = false;
  const onSignal = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => {
      complain('Homeward did not stop in time; what was acknowledged is in the log.');
      process.exit(1);
    }, patience).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        complain(`Homeward did not stop cleanly: ${nameOf(error)}`);
        process.exit(1);
      },
    );
  };
  if (process.connected) process.once('disconnect', onSignal);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, onSignal);
};

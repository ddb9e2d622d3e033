import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Whether another program has the port. */
export const isTaken = (port: number, host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE'));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(false)));
  });

/**
 * Looks before anything is started whether the ports are free.
 * @throws Error with a sentence for each that is not.
 */
export const refuseTakenPorts = async (
  ports: Readonly<Record<string, number | undefined>>,
  host: string,
): Promise<void> => {
  const asked = Object.entries(ports).map(async ([name, port]) =>
    port !== undefined && port !== 0 && (await isTaken(port, host))
      ? [`Port ${String(port)} is taken by another program. Stop it, or set ${name} to another port.`]
      : [],
  );
  const faults = (await Promise.all(asked)).flat();
  if (faults.length > 0) throw new Error(faults.join(' '));
};

/** Below those that the system takes by itself for connections (Linux from 32768, others from 49152), and above those with a meaning. */
const [lowest, highest] = [20_000, 32_767];
const given = new Set<number>();

/** A port of this machine that nobody has now, and that this process was not given before. */
export const freePort = async (): Promise<number> => {
  for (let tries = 0; tries < 1_000; tries += 1) {
    const port = randomInt(lowest, highest + 1);
    if (given.has(port)) continue;
    given.add(port);
    if (!(await isTaken(port, '127.0.0.1'))) return port;
  }
  throw new Error('No free port was found.');
};

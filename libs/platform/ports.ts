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
export const refuseTakenPorts = async (ports: Readonly<Record<string, number>>, host: string): Promise<void> => {
  const asked = Object.entries(ports).map(async ([name, port]) =>
    port !== 0 && (await isTaken(port, host))
      ? [`Port ${String(port)} is taken by another program. Stop it, or set ${name} to another port.`]
      : [],
  );
  const faults = (await Promise.all(asked)).flat();
  if (faults.length > 0) throw new Error(faults.join(' '));
};

/** A port of this machine that nobody has now. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('No free port.')),
      );
    });
  });

import type { Position } from '../../event-store/port.js';
import { LeaseKeeper } from '../lease-keeper.js';
import { reasonOf } from '../parking.js';
import type { ConsumerStatus } from '../port.js';
import type { Runner } from '../runner.js';
import type { Transport, TransportParts } from '../transport.js';
import { LogTail } from './log-tail.js';

/** Follows the log in this process: one reader for all its consumers, a lease for each. */
export class LocalTransport implements Transport {
  #running: { readonly tail: LogTail; readonly leases: LeaseKeeper } | undefined;

  async start(runners: readonly Runner[], { pool, store, log, onAwaited }: TransportParts): Promise<void> {
    const tail = new LogTail(store, (error) => log('error', `The log cannot be read on: ${reasonOf(error)}`));
    await tail.start();
    const tasks = runners.map((runner) => ({
      id: runner.id,
      run: (signal: AbortSignal) => runner.run(signal, tail),
    }));
    const leases = new LeaseKeeper(pool, tasks, log, onAwaited);
    leases.start();
    this.#running = { tail, leases };
  }

  async stop(): Promise<void> {
    await this.#running?.tail.stop();
    await this.#running?.leases.stop();
    this.#running = undefined;
  }

  status(_head: Position): Promise<readonly ConsumerStatus[]> {
    return Promise.resolve([]);
  }

  faults(): readonly string[] {
    return [];
  }
}

import { setTimeout as pause } from 'node:timers/promises';
import type { EventStore, Position } from '../event-store/port.js';
import type { DataKeys } from './vault/data-keys.js';

const lookAgainMs = 500;

/**
 * Every process holds data keys in memory for a while. When one process erases a person the others hear of it from the log
 * and drop the key. Ends with the signal.
 */
export const forgetErased = async (store: EventStore, keys: DataKeys, signal: AbortSignal): Promise<void> => {
  let from: Position | undefined;
  while (!signal.aborted) {
    try {
      // What was erased before this process began is in no memory.
      from ??= await store.head();
      for await (const page of store.subscribe(from, { types: ['PersonErased'] }, signal)) {
        for (const { personId } of page.events) if (personId !== undefined) keys.forget(personId);
        from = page.readTo;
        // Nobody waits for this: a busy log is looked through now and then.
        await pause(lookAgainMs, undefined, { signal }).catch(() => undefined);
      }
    } catch {
      await pause(500, undefined, { signal }).catch(() => undefined);
    }
  }
};

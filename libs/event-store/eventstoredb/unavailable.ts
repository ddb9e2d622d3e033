import { setTimeout as pause } from 'node:timers/promises';
import { ErrorType } from '@eventstore/db-client';
import { messageOf } from '../../platform/errors.js';
import { StoreUnavailable } from '../port.js';

const away = new Set<unknown>([
  ErrorType.CANCELLED,
  ErrorType.DEADLINE_EXCEEDED,
  ErrorType.NOT_LEADER,
  ErrorType.TIMEOUT,
  ErrorType.UNAVAILABLE,
]);
/** What gRPC says when a connection ends under a call, and the client when it finds no node of a cluster. */
const broken = /RST_STREAM|ECONNRESET|EPIPE|Connection dropped|Failed to discover/;

/** What kind of error of the client this is. By shape, as errors cross realms. */
export const typeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'type' in error ? error.type : undefined;

/** True when the fault is the server's absence and not what was asked. */
export const isAway = (error: unknown): boolean =>
  error instanceof StoreUnavailable || away.has(typeOf(error)) || broken.test(messageOf(error));

/** `StoreUnavailable` for an absent server, the error itself for anything else. */
export const asStoreError = (error: unknown): unknown =>
  isAway(error) && !(error instanceof StoreUnavailable)
    ? new StoreUnavailable('The event log cannot be reached.', { cause: error })
    : error;

/** How long (ms) apart an append is tried again. After a failed attempt the connection itself waits a second for the next. */
const retryPauses = [100, 400, 1_000, 1_500];

/**
 * Does again what fails because the server is away, a few times; only for what may be done twice.
 * @throws StoreUnavailable
 */
export async function insistently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const wait = retryPauses[attempt];
      if (wait === undefined || !isAway(error)) throw asStoreError(error);
      await pause(wait);
    }
  }
}

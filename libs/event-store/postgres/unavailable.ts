import { codeOf } from '../../platform/errors.js';
import { isUnavailable } from '../../platform/unavailable.js';
import { StoreUnavailable } from '../port.js';

/** Somebody else was in the way; the same again will do. */
const collision = /^(40001|40P01|55P03)$/;

/** True for deadlocks and serialization failures. */
export const isCollision = (error: unknown): boolean => collision.test(codeOf(error) ?? '');

/** `StoreUnavailable` for an absent database, the error itself for anything else. */
export const asStoreError = (error: unknown): unknown =>
  !(error instanceof StoreUnavailable) && isUnavailable(error)
    ? new StoreUnavailable('The event log cannot be reached.', { cause: error })
    : error;

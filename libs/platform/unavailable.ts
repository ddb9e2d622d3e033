import { StoreUnavailable } from '../event-store/port.js';
import { codeOf, messageOf } from './errors.js';

/**
 * SQLSTATE classes (PostgreSQL manual, appendix A) that say the server is away, ends, is full, takes no connections to this
 * database or no longer takes writes: nothing about what was asked.
 */
const away = /^(?:08|53|57P|58|25006|55000)/;
const network = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ECONNABORTED',
]);
const brokenConnection =
  /Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client has encountered a connection error|Cannot use a pool after calling end|Client was closed/;

/** A socket file that is not there; any other file that is missing is a fault of ours. */
const isMissingSocket = (error: object): boolean =>
  codeOf(error) === 'ENOENT' && 'syscall' in error && error.syscall === 'connect';

/** A statement was not answered in the time it was given; whether it was carried out nobody knows. */
export const isUnanswered = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && messageOf(error) === 'Query read timeout';

/** True when the fault is the database's absence, not the statement: worth trying again. By shape, as errors cross realms. */
export const isUnavailable = (error: unknown): boolean => {
  if (typeof error !== 'object' || error === null) return false;
  if (error instanceof StoreUnavailable || isMissingSocket(error)) return true;
  const code = codeOf(error) ?? '';
  if (away.test(code) || network.has(code) || brokenConnection.test(messageOf(error))) return true;
  if ('errors' in error && Array.isArray(error.errors) && error.errors.some(isUnavailable)) return true;
  return 'cause' in error && isUnavailable(error.cause);
};

import { runInNewContext } from 'node:vm';
import { StoreUnavailable } from '../event-store/port.js';
import { isUnavailable } from './unavailable.js';

/** An error that no `instanceof` of ours knows. */
const foreign = (message: string, more: object = {}): unknown =>
  Object.assign(Object(runInNewContext(`new Error(${JSON.stringify(message)})`)), more);

describe('a database that is away', () => {
  it.each([
    ['refuses connections', foreign('connect ECONNREFUSED', { code: 'ECONNREFUSED' })],
    ['ends', foreign('terminating connection', { code: '57P01' })],
    ['is full', foreign('too many clients', { code: '53300' })],
    ['takes no connections to this database', foreign('not accepting connections', { code: '55000' })],
    ['has no socket', foreign('connect ENOENT', { code: 'ENOENT', syscall: 'connect' })],
    ['broke the connection', foreign('Connection terminated unexpectedly')],
    ['was tried at several addresses', foreign('all failed', { errors: [foreign('', { code: 'ETIMEDOUT' })] })],
    ['stands behind another error', foreign('cannot be read', { cause: foreign('', { code: '08006' }) })],
    ['is told by the store', new StoreUnavailable('The event log cannot be reached.')],
  ])('is recognised when it %s, whatever realm the error is of', (_, error) => {
    expect(isUnavailable(error)).toBe(true);
  });

  it.each([
    ['a broken rule of a table', foreign('duplicate key', { code: '23505' })],
    ['a file of ours that is missing', foreign('open ENOENT', { code: 'ENOENT', syscall: 'open' })],
    ['a fault of ours', new TypeError('x is not a function')],
    ['nothing at all', undefined],
  ])('is not taken for %s', (_, error) => {
    expect(isUnavailable(error)).toBe(false);
  });
});

import { randomBytes } from 'node:crypto';
import { lock, unlock } from './quarantine-box.js';

describe('What waits in quarantine', () => {
  const key = randomBytes(32);
  test('is the same when it is opened, and different each time it is locked', () => {
    const [one, other] = [lock(key, 'id', Buffer.from('MSH|')), lock(key, 'id', Buffer.from('MSH|'))];
    expect(unlock(key, 'id', one).toString()).toBe('MSH|');
    expect(one.equals(other)).toBe(false);
  });
  test('opens for no other key or id, nor when it was changed', () => {
    const locked = lock(key, 'id', Buffer.from('MSH|'));
    expect(() => unlock(randomBytes(32), 'id', locked)).toThrow();
    expect(() => unlock(key, 'other', locked)).toThrow();
    expect(() => unlock(key, 'id', Buffer.concat([locked.subarray(0, -1), Buffer.from([0])]))).toThrow();
  });
});

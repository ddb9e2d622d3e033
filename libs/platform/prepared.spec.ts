import { logReaches, prepared } from './prepared.js';

describe('A prepared statement', () => {
  test('goes by its text, whatever its values', () => {
    const [one, same, other] = [prepared('SELECT $1', [1]), prepared('SELECT $1', [2]), prepared('SELECT $1 + 1', [1])];
    expect(same).toEqual({ name: one.name, text: 'SELECT $1', values: [2] });
    expect(other.name).not.toBe(one.name);
    // PostgreSQL cuts longer names, and a projection that is built beside another puts its schema in front.
    expect(one.name.length).toBeLessThan(24);
  });

  test('is planned anew each time the log is four times as long, and never goes back to an old plan', () => {
    logReaches('1030');
    const { name } = prepared('SELECT $1', [1]);
    logReaches('2100');
    expect(prepared('SELECT $1', [1]).name).toBe(name);
    logReaches('4200');
    const renewed = prepared('SELECT $1', [1]).name;
    expect(renewed).not.toBe(name);
    logReaches('5');
    expect(prepared('SELECT $1', [1]).name).toBe(renewed);
  });
});

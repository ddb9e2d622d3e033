import { catalogue } from '../contracts/catalogue.js';
import { caseContracts } from '../contracts/discharge/case-events.js';
import { EventChecks } from './event-checks.js';
import { personalPathsOf, replaceAt } from './personal-fields.js';

describe('the event catalogue', () => {
  it('is made of schemas that compile, every one', () => {
    const checks = new EventChecks(catalogue);
    expect(() => checks.compileAll()).not.toThrow();
  });

  it('says where what is personal is, at any depth and also where it may be null', () => {
    const paths = (schema: object) => personalPathsOf({ ...schema }).map((path) => path.join('.'));
    expect(paths(caseContracts.ActionRaised.data)).toEqual(['what', 'owner.person']);
    expect(paths(caseContracts.PathwayAssigned.data)).toEqual(['reason', 'whyNotHome', 'decidedBy']);
    expect(paths(caseContracts.CaseAccepted.data)).toEqual([]);
  });

  it('marks nothing personal inside a list, where it could not be sealed', () => {
    const inLists = (node: unknown, inside = false): boolean => {
      if (typeof node !== 'object' || node === null) return false;
      if (inside && 'x-personal' in node) return true;
      return Object.entries(node).some(([key, value]) => inLists(value, inside || key === 'items'));
    };
    expect(catalogue.filter(({ data }) => inLists(data)).map(({ type }) => type)).toEqual([]);
  });
});

describe('replacing a field', () => {
  it('copies the way to it and leaves what was given alone', async () => {
    const data = { a: { b: 1, c: 2 }, d: [3] };
    expect(await replaceAt(data, ['a', 'b'], async () => 'x')).toEqual({ a: { b: 'x', c: 2 }, d: [3] });
    expect(data).toEqual({ a: { b: 1, c: 2 }, d: [3] });
    expect(await replaceAt(data, ['a', 'z'], async () => 'x')).toEqual(data);
    expect(await replaceAt(data, ['q', 'z'], async () => 'x')).toBe(data);
  });
});

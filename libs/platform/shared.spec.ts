import { answer } from './answer.js';
import { revisionOf } from './command-context.js';
import { deterministicId, idPattern, newId, withOwnIds, withReplayableIds } from './ids.js';
import { parseInstant } from './instant.js';
import { listOf, pageOf } from './list.js';
import { discreetError } from './logging.js';
import { Problem } from './problem.js';
import { formErrorsOf } from './templates.js';
import { textFault } from './text-faults.js';

describe('ids', () => {
  it('sort by when they were made and fit the pattern of ids', () => {
    const ids = Array.from({ length: 50 }, newId);
    expect([...ids].sort()).toEqual(ids);
    expect(ids.every((id) => idPattern.test(id))).toBe(true);
  });

  it('made from the same parts are the same, and parts do not run together', () => {
    expect(deterministicId('a', 'bc')).toBe(deterministicId('a', 'bc'));
    expect(deterministicId('a', 'bc')).not.toBe(deterministicId('ab', 'c'));
    expect(deterministicId('a')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('of a replay come again in the same order, over awaits, and only inside it', async () => {
    const run = () =>
      withReplayableIds('seed', async () => {
        const first = newId();
        await Promise.resolve();
        return [first, newId()];
      });
    const [one, other] = await Promise.all([run(), run()]);
    expect(one).toEqual(other);
    expect(new Set(one).size).toBe(2);
    expect(one).not.toContain(newId());
  });

  it('of what a replayable request merely sets off are its own', () => {
    const run = () => withReplayableIds('seed', () => withOwnIds(newId));
    expect(run()).not.toBe(run());
  });
});

describe('an instant', () => {
  it.each([
    ['2026-11-22T08:30:00Z', '2026-11-22T08:30:00.000Z'],
    ['2026-11-22T08:30Z', '2026-11-22T08:30:00.000Z'],
    ['2026-06-22T08:30:00.5+01:00', '2026-06-22T07:30:00.500Z'],
    ['2026-01-01T00:30:00+01:00', '2025-12-31T23:30:00.000Z'],
    ['2024-02-29T00:00:00-0500', '2024-02-29T05:00:00.000Z'],
  ])('%s is %s', (text, instant) => expect(parseInstant(text)).toBe(instant));

  it.each([
    '2025-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-11-22T24:00:00Z',
    '2026-11-22T08:60:00Z',
    '2026-11-22T08:30:60Z',
    '2026-11-22T08:30:00+15:00',
    '2026-11-22 08:30:00Z',
    '1700-01-01T00:00:00Z',
    '',
  ])('%s is none', (text) => expect(parseInstant(text)).toBeUndefined());
});

describe('If-Match', () => {
  it.each([
    ['"3"', 3],
    ['W/"3"', 3],
    ['3', 3],
    ['*', undefined],
    [undefined, undefined],
  ])('%s expects %s', (header, revision) => expect(revisionOf(header)).toBe(revision));

  it.each(['"x"', '', '"-1"', '"1", "2"'])('%s is stale', (header) =>
    expect(() => revisionOf(header)).toThrow(Problem),
  );
});

describe('an answer', () => {
  it('carries what the state adds', () => {
    const done = { ok: true, id: 'c1', revision: 4, position: '9', state: { n: 2 }, events: [] } as const;
    expect(answer(done, ({ n }: { n: number }) => ({ caseId: 'c1', n }))).toEqual({
      id: 'c1',
      revision: 4,
      position: '9',
      caseId: 'c1',
      n: 2,
    });
  });

  it.each([
    ['conflict', 409],
    ['not-found', 404],
    ['invalid', 400],
    ['forbidden', 403],
    ['stale', 412],
    ['unavailable', 503],
  ] as const)('to a refusal of the kind %s is a %d', (kind, status) => {
    expect(() => answer({ ok: false, code: 'x.y', message: 'No.', kind })).toThrow(
      expect.objectContaining({ status, code: 'x.y' }),
    );
  });
});

describe('a list', () => {
  it('goes on behind the last item seen, even when items before it went away', () => {
    const keyOf = (item: string) => item;
    const first = listOf(['a', 'b', 'c', 'd'], 2, undefined, keyOf);
    expect(listOf(['b', 'c', 'd'], 2, first.nextCursor ?? '', keyOf).items).toEqual(['c', 'd']);
    expect(listOf(['x', 'a', 'b', 'c'], 2, first.nextCursor ?? '', keyOf).items).toEqual(['c']);
  });

  it('knows by the one row too many that there is more', () => {
    expect(pageOf([1, 2, 3], 2, (n) => n)).toMatchObject({ items: [1, 2], nextCursor: expect.any(String) });
    expect(pageOf([1, 2], 2, (n) => n)).toEqual({ items: [1, 2], nextCursor: null });
  });
});

describe('a log line about an error', () => {
  it('names class, code and place, and not the message, which may hold a name', () => {
    const error = Object.assign(new RangeError('Ethel Ward 999 000 0018'), {
      code: '22P02',
      detail: 'Key (name)=(Ethel)',
    });
    const told = JSON.stringify(discreetError(new Error('Ethel again', { cause: error })));
    expect(told).toContain('22P02');
    expect(told).toContain('shared.spec');
    expect(told).not.toMatch(/Ethel|999/);
  });
});

describe('the errors of a form', () => {
  it('lead to their fields and name them in words', () => {
    const errors = formErrorsOf(Problem.invalid([{ field: 'whyNotHome', message: 'must not be empty' }]));
    expect(errors.summary).toEqual([{ text: 'Why not home must not be empty', href: '#whyNotHome' }]);
    expect(errors.fields['whyNotHome']).toEqual({ text: 'Why not home must not be empty' });
    expect(formErrorsOf(new Problem(409, 'x', 'A rule refuses.')).summary).toEqual([{ text: 'A rule refuses.' }]);
  });
});

describe('what no store can keep', () => {
  const message = 'must not hold characters that are not text';
  it('is named by its field, as long as that is called as fields are', () => {
    expect(textFault({ person: { names: ['A', '\0'] } }, '')).toEqual({ field: 'person.names[1]', message });
    expect(textFault({ 'Ada Test': '\ud800' }, '')).toEqual({ field: '(unreadable name)', message });
  });
});

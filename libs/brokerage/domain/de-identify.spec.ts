import fc from 'fast-check';
import { deIdentify } from './de-identify.js';

const identity = {
  nhsNumber: '9990000018',
  familyName: 'O’Brien-Smith',
  givenNames: 'Mary Anne',
  birthDate: '1941-05-02',
  postcode: 'NW4 1AB',
};
const told = (text: string): unknown => deIdentify(text, identity);

describe('text for the market', () => {
  it.each([
    ['Mary needs help to wash', '[removed] needs help to wash'],
    ['ask ANNE about lunch', 'ask [removed] about lunch'],
    ['the Brien family', 'the [removed] family'],
    ['NHS 999 000 0018', 'NHS [removed]'],
    ['NHS 999-000-0018, again 9990000018', 'NHS [removed], again [removed]'],
    ['call 020 7946 0018 or +44 7700 900123', 'call [removed] or [removed]'],
    ['born 02/05/1941 or 1941-05-02', 'born [removed] or [removed]'],
    ['born 2 May 1941, 2nd of May 1941 or May 2nd, 1941', 'born [removed], [removed] or [removed]'],
    ['born 02 05 1941, 1941/05/02 or 2.5.41, in 1941', 'born [removed], [removed] or [removed], in [removed]'],
    ['MRN B7654321, file 1234567, NI QQ 12 34 56 C', 'MRN [removed], file [removed], NI [removed]'],
    ['OBRIEN, OBrienSmith and Brien-Smith', '[removed], [removed] and [removed]-[removed]'],
    ['lives at 12 Church Road', 'lives at [removed]'],
    ['NW4 1AB is home', '[removed] is home'],
    ['write to m.smith@example.org', 'write to [removed]'],
    ['daughter Mrs Jones holds a key', 'daughter [removed]holds a key'],
  ])('%s', (text, expected) => {
    expect(told(text)).toBe(expected);
  });

  it.each([
    'two calls a day, 30 minutes each',
    'area NW4 or N12',
    'weight 82 kg',
    'maryland cookies',
    'PEG feed at 08:00',
    'home from 3 December, may need 2 carers',
    'insulin 12 units at 08:00 and 18:00',
    'a stroke in March 2019',
  ])('leaves alone what tells nobody: %s', (text) => {
    expect(told(text)).toBe(text);
  });

  it('knows a name with accents by the letters under them too', () => {
    const zoe = { familyName: 'Brontë', givenNames: 'Zoë' };
    expect(deIdentify('Zoe or Zoë BRONTE', zoe)).toBe('[removed] or [removed] [removed]');
  });

  it('leaves out fields that hold identity, at any depth', () => {
    const needs = {
      summary: 'washing',
      name: 'x',
      nextOfKin: 'x',
      next_of_kin: 'x',
      address: { line1: 'x' },
      keySafe: '1234',
      mobilePhone: 1,
      nhsNumber: '1',
      dob: 'x',
      schedule: { calls: 2, contactName: 'x' },
      skills: ['dementia', 'call 02079460018'],
      count: 7_700_900_123,
    };
    expect(deIdentify(needs, identity)).toEqual({
      summary: 'washing',
      schedule: { calls: 2 },
      skills: ['dementia', 'call [removed]'],
      count: '[removed]',
    });
  });

  it('holds none of the known names, whatever stands around them', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom('Mary', 'smith', 'BRIEN'),
        (a, b, name) => {
          const before = a.replaceAll(/\p{L}$/gu, '');
          const after = b.replaceAll(/^\p{L}/gu, '');
          expect(
            String(told(`${before} ${name} ${after}`))
              .toLowerCase()
              .split(/[^\p{L}]+/u),
          ).not.toContain(name.toLowerCase());
        },
      ),
    );
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { adt, understood, type Adt } from '../testing/adt.js';
import { faults } from '../taking/to-settle.js';
import { faultCodeOf, faultCodes, faultWords } from './fault-words.js';

const domain = import.meta.dirname;
const sources = readdirSync(domain, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts') && !file.endsWith('fault-words.ts'))
  .map((file) => readFileSync(join(domain, file), 'utf8'))
  .concat(JSON.stringify(faults));

describe('The words for why a message waits', () => {
  test.each(faultCodes.map((code) => [code, faultWords[code]] as const))('%s has words', (_, words) => {
    expect(words.title).toMatch(/^[A-Z].{5,60}[^.]$/);
    expect(words.means).toMatch(/^[A-Z].{20,}\.$/);
    expect(words.remedy).toMatch(/^[A-Z].{20,}\.$/);
    // What a ward clerk does not say.
    expect(`${words.title} ${words.means}`).not.toMatch(/\b(?:PID|PV1|MSH|EVN|MRG|segment|Encounter|JSON|null)\b/);
  });

  test.each(faultCodes.filter((code) => code !== 'unsorted'))('%s is a reason that is given somewhere', (code) => {
    expect(sources.some((source) => source.includes(`'${code}'`) || source.includes(`"${code}"`))).toBe(true);
  });

  test('a reason of a later version is shown as another one', () => {
    expect(faultCodeOf('of-tomorrow')).toBe('unsorted');
    expect(faultCodeOf('constructor')).toBe('unsorted');
    expect(faultCodeOf('wrong-date')).toBe('wrong-date');
  });

  test.each<[Partial<Adt> | string, string]>([
    [{ recorded: '20261399' }, 'wrong-date'],
    [{ recorded: '', sent: '' }, 'date-missing'],
    [{ birthDate: '20300101' }, 'wrong-date'],
    [{ event: 'A03', pv1: { 36: 'XX' } }, 'unknown-code'],
    [{ patientClass: '' }, 'class-missing'],
    [{ visit: '' }, 'visit-missing'],
    [{ pid3: '9990000018^^^NHS^NH~9990000026^^^NHS^NH' }, 'two-nhs-numbers'],
    [{ pid30: 'perhaps' }, 'wrong-value'],
    [{ characterSet: 'EBCDIC' }, 'characters'],
    [{ event: 'A17' }, 'kind-not-taken'],
    [{ event: 'A16' }, 'date-missing'],
    [{ event: 'A31', pid3: '' }, 'who-missing'],
    [{ place: `${'W'.repeat(300)}^1^A^RAL` }, 'too-long'],
    [{ event: 'A42', extra: ['MRG|||||S0001^^^RAL'] }, 'same-visit'],
  ])('%j is told as %s', (message, code) => {
    const read = understood(typeof message === 'string' ? message : adt({ event: 'A01', ...message }));
    expect(read.kind === 'refused' && read.fault.code).toBe(code);
  });
});

import { Speakers } from './speakers.js';

const pas = { application: 'PAS', facility: 'RAL' };
const other = { application: 'PAS', facility: 'RAP' };
const print = 'AB:'.repeat(31) + 'CD';
const certified = (commonName: string | undefined, address = '192.0.2.1', fingerprint = print) => ({
  address,
  certificate: { commonName, fingerprint },
});

describe('Who may speak for a feed', () => {
  const speakers = new Speakers(
    [
      { certificates: ['pas.ral.example'], feeds: ['PAS/RAL'] },
      { certificates: [`SHA256:${print}`], addresses: ['10.0.0.0/8'], feeds: ['*/RAP'] },
      { addresses: ['10.1.2.3'], feeds: ['LAB/*', 'PAS/R/K'] },
    ],
    undefined,
    'production',
  );

  test('by certificate: for the feeds it is named with, and no other', () => {
    expect(speakers.speaksFor(certified('pas.ral.example'), pas)).toBe(true);
    expect(speakers.speaksFor(certified('pas.ral.example'), other)).toBe(false);
    expect(speakers.speaksFor(certified('other.example'), pas)).toBe(false);
    expect(speakers.isKnown(certified('other.example', '192.0.2.1', '00'))).toBe(false);
    expect(speakers.isKnown(certified(undefined, '192.0.2.1', '00'))).toBe(false);
  });

  test('a common name written like a fingerprint is none', () => {
    const posing = certified(`sha256:${print.replaceAll(':', '').toLowerCase()}`, '10.0.0.1', '00');
    expect(speakers.isKnown(posing)).toBe(false);
    expect(speakers.speaksFor(posing, other)).toBe(false);
  });

  test('a slash in MSH-3 makes nobody pass for a feed that somebody owns', () => {
    expect(speakers.speaksFor({ address: '127.0.0.1' }, { application: 'PAS', facility: 'R/K' })).toBe(false);
    expect(speakers.speaksFor({ address: '127.0.0.1' }, { application: 'PAS/R', facility: 'K' })).toBe(false);
    expect(speakers.speaksFor({ address: '127.0.0.1' }, { application: 'EPR/R', facility: 'K' })).toBe(true);
  });

  test('by fingerprint, and from its addresses where both are named', () => {
    expect(speakers.speaksFor(certified(undefined, '10.9.9.9'), other)).toBe(true);
    expect(speakers.speaksFor(certified(undefined, '10.9.9.9', print.toLowerCase()), other)).toBe(true);
    expect(speakers.speaksFor(certified(undefined, '11.9.9.9'), other)).toBe(false);
    expect(speakers.isKnown(certified(undefined, '11.9.9.9'))).toBe(false);
  });

  test('by address: for its own feeds, and for no others', () => {
    expect(speakers.speaksFor({ address: '10.1.2.3' }, { application: 'LAB', facility: 'X' })).toBe(true);
    expect(speakers.speaksFor({ address: '10.1.2.3' }, { application: 'PAS', facility: 'R/K' })).toBe(true);
    expect(speakers.speaksFor({ address: '10.1.2.3' }, { application: 'PAS/R', facility: 'K' })).toBe(false);
    expect(speakers.speaksFor({ address: '10.1.2.3' }, pas)).toBe(false);
    expect(speakers.speaksFor({ address: '10.1.2.3' }, { application: 'X', facility: 'Y' })).toBe(false);
  });

  test('a feed that is given to somebody is taken from nobody else', () => {
    expect(speakers.speaksFor({ address: '127.0.0.1' }, pas)).toBe(false);
    expect(speakers.speaksFor({ address: '127.0.0.1' }, { application: 'X', facility: 'Y' })).toBe(true);
  });

  test('in production plain lines come from this machine and from named addresses, unless a list says otherwise', () => {
    const at = (address: string) => speakers.mayOpenPlain(address);
    expect(['127.0.0.1', '::1', '::ffff:127.0.0.1', '10.1.2.3', '10.1.2.4', '192.0.2.1'].map(at)).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(speakers.mayOpenTls('192.0.2.1')).toBe(true);
    const listed = new Speakers([{ addresses: ['10.1.2.3'], feeds: ['*/*'] }], ['192.0.2.0/24'], 'production');
    expect(['127.0.0.1', '192.0.2.1', '10.1.2.3'].map((address) => listed.mayOpenPlain(address))).toEqual([
      false,
      true,
      true,
    ]);
    expect(['127.0.0.1', '192.0.2.1'].map((address) => listed.mayOpenTls(address))).toEqual([false, true]);
    expect(new Speakers([], undefined, 'development').mayOpenPlain('192.0.2.1')).toBe(true);
  });
});

import { addressList, isAddressOrNetwork, loopback } from './address-list.js';

describe('An address list', () => {
  const list = addressList(['10.1.0.0/16', '192.0.2.7', '2001:db8::/32', 'fe80::/10', ...loopback]);

  test.each(['10.1.255.9', '192.0.2.7', '2001:db8:1::5', '::1', '127.0.0.1', 'fe80::1%eth0'])('has %s', (address) => {
    expect(list.has(address)).toBe(true);
  });

  test.each(['10.2.0.1', '192.0.2.8', '2001:db9::1', 'nonsense', '', undefined])('has not %s', (address) => {
    expect(list.has(address)).toBe(false);
  });

  test('takes an IPv4 address as a listener on IPv6 shows it', () => {
    expect(list.has('::ffff:10.1.2.3')).toBe(true);
    expect(list.has('::ffff:10.2.2.3')).toBe(false);
  });

  test('of everything has everything, and an empty one nothing', () => {
    expect(addressList(['0.0.0.0/0', '::/0']).has('203.0.113.1')).toBe(true);
    expect(addressList(['::/0']).has('2001:db8::1')).toBe(true);
    expect(addressList([]).has('127.0.0.1')).toBe(false);
  });

  test.each([
    '10.0.0.0/33',
    '2001:db8::/129',
    '10.0.0',
    'ward.example',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.1/-1',
    'fe80::1%eth0',
    '',
  ])('cannot be made of %p', (entry) => {
    expect(isAddressOrNetwork(entry)).toBe(false);
    expect(() => addressList([entry])).toThrow('Not an address');
  });
});

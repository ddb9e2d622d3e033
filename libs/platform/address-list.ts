import { BlockList, isIP } from 'node:net';

/** Addresses and networks, IPv4 and IPv6: `192.0.2.7`, `10.1.0.0/16`, `2001:db8::/32`. */
export interface AddressList {
  has(address: string | undefined): boolean;
}

interface Network {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  /** Bits that count; all of them when only an address is named. */
  readonly prefix: number;
}

const networkOf = (text: string): Network | undefined => {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  if (version === 0 || rest.length > 0 || address.includes('%')) return undefined;
  if (bits !== undefined && !/^\d{1,3}$/.test(bits)) return undefined;
  const prefix = bits === undefined ? most : Number(bits);
  return prefix > most ? undefined : { address, family: version === 4 ? 'ipv4' : 'ipv6', prefix };
};

export const isAddressOrNetwork = (text: string): boolean => networkOf(text) !== undefined;

/** @throws Error for what is neither an address nor a network: check with `isAddressOrNetwork` first. */
export const addressList = (entries: readonly string[]): AddressList => {
  const list = new BlockList();
  for (const entry of entries) {
    const network = networkOf(entry);
    if (!network) throw new Error('Not an address or network.');
    list.addSubnet(network.address, network.prefix, network.family);
  }
  return {
    has: (address) => {
      // A link-local address names its interface behind a percent sign.
      const plain = address?.split('%')[0] ?? '';
      const version = isIP(plain);
      return version !== 0 && list.check(plain, version === 4 ? 'ipv4' : 'ipv6');
    },
  };
};

/** This machine. */
export const loopback = ['127.0.0.0/8', '::1'] as const;

import { addressList, loopback, type AddressList } from '#libs/platform/address-list.js';
import type { MllpSender } from '#libs/platform/mllp-settings.js';

/** Where a line comes from; the certificate only of TLS lines, whose handshake has proved it. */
export interface LineOrigin {
  readonly address: string | undefined;
  readonly certificate?: { readonly commonName: string | undefined; readonly fingerprint: string };
}

/** MSH-3 and MSH-4. */
export interface Feed {
  readonly application: string;
  readonly facility: string;
}

interface Sender {
  readonly certificates: ReadonlySet<string> | undefined;
  readonly addresses: AddressList | undefined;
  isOf(feed: Feed): boolean;
  /** Whether it has a feed of the same name: beyond the line, a feed goes by MSH-3 and MSH-4 joined. */
  hasOneNamed(name: string): boolean;
}

const digits = (fingerprint: string): string => fingerprint.replace(/^sha256:|:/gi, '').toLowerCase();
const isFingerprint = (name: string): boolean => /^sha256:/i.test(name);
const fingerprintName = (fingerprint: string): string => `sha256:${digits(fingerprint)}`;

const nameOf = ({ application, facility }: Feed): string => `${application}/${facility}`;

const senderOf = ({ certificates, addresses, feeds }: MllpSender): Sender => {
  const patterns = feeds.map((feed) => {
    const slash = feed.indexOf('/');
    return [feed.slice(0, slash), feed.slice(slash + 1)] as const;
  });
  const names = certificates?.map((name) => (isFingerprint(name) ? fingerprintName(name) : name));
  return {
    certificates: names && new Set(names),
    addresses: addresses && addressList(addresses),
    isOf: ({ application, facility }) =>
      // A slash in MSH-3 would let it pass for another feed.
      !application.includes('/') &&
      patterns.some(([one, other]) => (one === '*' || one === application) && (other === '*' || other === facility)),
    hasOneNamed: (name) =>
      patterns.some(
        ([one, other]) =>
          (one === '*' || name.startsWith(`${one}/`)) &&
          (other === '*' || name.endsWith(`/${other}`)) &&
          (one === '*' || other === '*' || name === `${one}/${other}`),
      ),
  };
};

/**
 * Who may open a line, and which feeds it may speak for (quality.md: a ward feed that its certificate or address names).
 * A feed that `MLLP_SENDERS` gives to somebody is taken from nobody else.
 */
export class Speakers {
  private readonly senders: readonly Sender[];
  private readonly allowed: AddressList | undefined;

  constructor(
    senders: readonly MllpSender[],
    allow: readonly string[] | undefined,
    private readonly mode: 'production' | 'development',
  ) {
    this.senders = senders.map(senderOf);
    this.allowed = allow && addressList(allow);
  }

  /** Plain lines: from the list, or from where a sender is; without a list in production only from this machine. */
  mayOpenPlain(address: string | undefined): boolean {
    if (this.at(address).length > 0) return true;
    if (this.allowed) return this.allowed.has(address);
    return this.mode === 'development' || addressList(loopback).has(address);
  }

  /** TLS lines: from the list if there is one; who they are is proved in the handshake. */
  mayOpenTls(address: string | undefined): boolean {
    return this.allowed?.has(address) ?? true;
  }

  /** Whether a TLS line has a certificate that may speak for anybody. */
  isKnown(origin: LineOrigin): boolean {
    return this.certified(origin).length > 0;
  }

  speaksFor(origin: LineOrigin, feed: Feed): boolean {
    if (origin.certificate) return this.certified(origin).some((sender) => sender.isOf(feed));
    const own = this.at(origin.address);
    return own.length > 0
      ? own.some((sender) => sender.isOf(feed))
      : !this.senders.some((sender) => sender.hasOneNamed(nameOf(feed)));
  }

  private certified({ address, certificate }: LineOrigin): readonly Sender[] {
    if (!certificate) return [];
    const { commonName, fingerprint } = certificate;
    return this.senders.filter(
      ({ certificates, addresses }) =>
        (certificates?.has(fingerprintName(fingerprint)) ||
          // A common name that looks like a fingerprint is none.
          (commonName !== undefined && !isFingerprint(commonName) && certificates?.has(commonName))) &&
        (addresses?.has(address) ?? true),
    );
  }

  /** Those that their address alone names. */
  private at(address: string | undefined): readonly Sender[] {
    return this.senders.filter(({ certificates, addresses }) => !certificates && addresses?.has(address));
  }
}

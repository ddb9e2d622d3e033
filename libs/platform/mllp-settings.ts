import { isAddressOrNetwork } from './address-list.js';
import { readTlsFiles, type TlsFiles, type TlsIdentity } from './tls-files.js';

/** Who may speak for which feeds. With certificates it is taken on the TLS port alone, without them on the plain one. */
export interface MllpSender {
  /** The subject's common name, or `sha256:` and the fingerprint as hexadecimal digits; any of them. */
  readonly certificates?: readonly string[];
  /** Addresses and networks its lines come from; with certificates both must be right. */
  readonly addresses?: readonly string[];
  /** `MSH-3/MSH-4` each; `*` for either is any. */
  readonly feeds: readonly string[];
}

export interface MllpSettings {
  /** TLS with client certificates; absent when there is none. */
  readonly tls: (TlsFiles & { readonly port: number; readonly identity: TlsIdentity }) | undefined;
  /** From where lines may be opened, on both ports; absent: TLS from anywhere, plain as `Settings.mode` allows. */
  readonly allow: readonly string[] | undefined;
  readonly senders: readonly MllpSender[];
  /** Where `senders` can be read again while the service runs. */
  readonly sendersFile: string | undefined;
  /** Lines open at once, on each port. */
  readonly lines: number;
}

/** What of the environment is meant for MLLP, apart from its plain port. */
export interface MllpEnvironment extends Partial<TlsFiles> {
  readonly MLLP_TLS_PORT?: number;
  readonly MLLP_ALLOW?: string;
  readonly MLLP_SENDERS?: string;
  readonly MLLP_LINES: number;
}

export type Read<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly faults: readonly string[] };

const fingerprint = /^sha256:(?:[0-9a-f]{2}:?){31}[0-9a-f]{2}$/i;
const knownFields = ['certificates', 'addresses', 'feeds'];

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string' && one.trim() !== '');

const isFeed = (feed: string): boolean => /^[^/]+\/.+$/.test(feed);
const isCertificate = (name: string): boolean => !/^sha256:/i.test(name) || fingerprint.test(name);

const senderFaults = (value: unknown, nth: number): readonly string[] => {
  const which = `MLLP_SENDERS: sender ${String(nth + 1)}`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${which} must be an object`];
  const { certificates, addresses, feeds } = value as Readonly<Record<string, unknown>>;
  const faults: string[] = [];
  if (Object.keys(value).some((name) => !knownFields.includes(name)))
    faults.push(`${which} may have ${knownFields.join(', ')} and nothing else`);
  if (!isTexts(feeds) || !feeds.every(isFeed))
    faults.push(`${which} must have feeds: a list of MSH-3/MSH-4, such as PAS/RAL or */RAL`);
  if (certificates === undefined && addresses === undefined)
    faults.push(`${which} must have certificates, addresses, or both`);
  if (certificates !== undefined && (!isTexts(certificates) || !certificates.every(isCertificate)))
    faults.push(`${which} must have certificates by common name, or by sha256: and 64 hexadecimal digits`);
  if (addresses !== undefined && (!isTexts(addresses) || !addresses.every(isAddressOrNetwork)))
    faults.push(`${which} must have addresses such as 192.0.2.7, 10.1.0.0/16 or 2001:db8::/32`);
  return faults;
};

/** Reads `MLLP_SENDERS`: a JSON list of senders, all faults told at once. */
export const readSenders = (json: string): Read<readonly MllpSender[]> => {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { ok: false, faults: ['MLLP_SENDERS must be JSON: a list of {"certificates", "addresses", "feeds"}'] };
  }
  if (!Array.isArray(value)) return { ok: false, faults: ['MLLP_SENDERS must be a JSON list'] };
  const faults = value.flatMap(senderFaults);
  return faults.length > 0 ? { ok: false, faults } : { ok: true, value: value as readonly MllpSender[] };
};

const listOf = (text: string): readonly string[] => text.split(/[\s,]+/).filter((entry) => entry !== '');

const tlsOf = async (env: MllpEnvironment): Promise<Read<MllpSettings['tls']>> => {
  const { MLLP_TLS_PORT: port, MLLP_TLS_CERT_FILE, MLLP_TLS_KEY_FILE, MLLP_TLS_CA_FILE } = env;
  const named = { MLLP_TLS_CERT_FILE, MLLP_TLS_KEY_FILE, MLLP_TLS_CA_FILE };
  if (port === undefined) {
    const given = Object.entries(named).flatMap(([name, file]) => (file === undefined ? [] : [name]));
    return given.length > 0
      ? { ok: false, faults: [`MLLP_TLS_PORT is missing: ${given.join(', ')} would be used by nothing`] }
      : { ok: true, value: undefined };
  }
  if (MLLP_TLS_CERT_FILE === undefined || MLLP_TLS_KEY_FILE === undefined || MLLP_TLS_CA_FILE === undefined)
    return {
      ok: false,
      faults: Object.entries(named).flatMap(([name, file]) =>
        file === undefined ? [`${name} is missing: MLLP_TLS_PORT is given`] : [],
      ),
    };
  const files = { MLLP_TLS_CERT_FILE, MLLP_TLS_KEY_FILE, MLLP_TLS_CA_FILE };
  const read = await readTlsFiles(files);
  return read.ok ? { ok: true, value: { ...files, port, identity: read.identity } } : read;
};

/** Everything about MLLP but the plain port, with all its faults. */
export const readMllpSettings = async (
  env: MllpEnvironment,
  sendersFile: string | undefined,
): Promise<Read<MllpSettings>> => {
  const allow = env.MLLP_ALLOW === undefined ? undefined : listOf(env.MLLP_ALLOW);
  const senders: Read<readonly MllpSender[]> =
    env.MLLP_SENDERS === undefined ? { ok: true, value: [] } : readSenders(env.MLLP_SENDERS);
  const tls = await tlsOf(env);
  const faults: string[] = [];
  if (allow !== undefined && !(allow.length > 0 && allow.every(isAddressOrNetwork)))
    faults.push('MLLP_ALLOW must be addresses or networks such as 10.1.0.0/16, with commas between');
  if (!senders.ok) faults.push(...senders.faults);
  if (!tls.ok) faults.push(...tls.faults);
  const certified = senders.ok && senders.value.some(({ certificates }) => certificates !== undefined);
  if (senders.ok && env.MLLP_TLS_PORT !== undefined && !certified)
    faults.push('MLLP_SENDERS must say which client certificate may speak for which feed: MLLP_TLS_PORT is given');
  if (senders.ok && env.MLLP_TLS_PORT === undefined && certified)
    faults.push('MLLP_TLS_PORT is missing: MLLP_SENDERS names certificates');
  if (faults.length > 0 || !senders.ok || !tls.ok) return { ok: false, faults };
  return { ok: true, value: { tls: tls.value, allow, senders: senders.value, sendersFile, lines: env.MLLP_LINES } };
};

import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** The settings that name the files, and the files; all PEM. */
export interface TlsFiles {
  /** The server's certificate, with those between it and its root behind it. */
  readonly MLLP_TLS_CERT_FILE: string;
  readonly MLLP_TLS_KEY_FILE: string;
  /** Who issues the certificates of clients. */
  readonly MLLP_TLS_CA_FILE: string;
}

/** What the files hold. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
  readonly ca: readonly string[];
  /** When the server's certificate ends, in milliseconds since 1970. */
  readonly expires: number;
}

export type ReadTls =
  | { readonly ok: true; readonly identity: TlsIdentity }
  /** A sentence each that begins with the setting; never what stands in a file. */
  | { readonly ok: false; readonly faults: readonly string[] };

const certificatesIn = (pem: string): readonly string[] =>
  pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];

const parsed = <T>(parse: () => T): T | undefined => {
  try {
    return parse();
  } catch {
    return undefined;
  }
};

/** Reads the three files and checks that they hold what they should, and that key and certificate go together. */
export const readTlsFiles = async (files: TlsFiles): Promise<ReadTls> => {
  const faults: string[] = [];
  const read = (setting: keyof TlsFiles): Promise<string | undefined> =>
    readFile(files[setting], 'utf8').catch(() => {
      faults.push(`${setting} must name a file that can be read`);
      return undefined;
    });
  const [cert, key, caText] = await Promise.all([
    read('MLLP_TLS_CERT_FILE'),
    read('MLLP_TLS_KEY_FILE'),
    read('MLLP_TLS_CA_FILE'),
  ]);
  const [first] = cert === undefined ? [] : certificatesIn(cert);
  const certificate = first === undefined ? undefined : parsed(() => new X509Certificate(first));
  const privateKey: KeyObject | undefined = key === undefined ? undefined : parsed(() => createPrivateKey(key));
  const ca = caText === undefined ? [] : certificatesIn(caText);
  if (cert !== undefined && !certificate) faults.push('MLLP_TLS_CERT_FILE must hold a certificate in PEM');
  if (key !== undefined && !privateKey)
    faults.push('MLLP_TLS_KEY_FILE must hold a private key in PEM, without a passphrase');
  if (certificate && privateKey && !certificate.checkPrivateKey(privateKey))
    faults.push('MLLP_TLS_KEY_FILE must hold the key of the certificate in MLLP_TLS_CERT_FILE');
  if (caText !== undefined && (ca.length === 0 || !ca.every((one) => parsed(() => new X509Certificate(one)))))
    faults.push('MLLP_TLS_CA_FILE must hold certificates in PEM');
  if (faults.length > 0 || cert === undefined || key === undefined || !certificate)
    return { ok: false, faults: faults.toSorted() };
  return { ok: true, identity: { cert, key, ca, expires: certificate.validToDate.getTime() } };
};

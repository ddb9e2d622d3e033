import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { webcrypto } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const day = 86_400_000;

export interface TestCertificate {
  /** PEM each. */
  readonly cert: string;
  readonly key: string;
  /** As `MLLP_SENDERS` names it. */
  readonly fingerprint: string;
}

export interface TestAuthority {
  readonly cert: string;
  /** A certificate of this authority, good for `days` from yesterday on. */
  issue(commonName: string, options?: { readonly days?: number }): Promise<TestCertificate>;
}

const keys = (): Promise<webcrypto.CryptoKeyPair> => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

const pemOfKey = async (key: webcrypto.CryptoKey): Promise<string> => {
  const bytes = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${bytes.replace(/(.{64})/g, '$1\n').trim()}\n-----END PRIVATE KEY-----\n`;
};

const validity = (days: number) => ({
  notBefore: new Date(Date.now() - day),
  notAfter: new Date(Date.now() - day + days * day),
});

/** A certificate authority of one test, as a hospital's own would be. */
export const testAuthority = async (name = 'Test Authority'): Promise<TestAuthority> => {
  x509.cryptoProvider.set(webcrypto);
  const own = await keys();
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys: own,
    signingAlgorithm: algorithm,
    ...validity(30),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  return {
    cert: `${ca.toString('pem')}\n`,
    issue: async (commonName, { days = 10 } = {}) => {
      const pair = await keys();
      const certificate = await x509.X509CertificateGenerator.create({
        subject: `CN=${commonName}`,
        issuer: ca.subject,
        publicKey: pair.publicKey,
        signingKey: own.privateKey,
        signingAlgorithm: algorithm,
        ...validity(days),
        extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
      });
      return {
        cert: `${certificate.toString('pem')}\n`,
        key: await pemOfKey(pair.privateKey),
        fingerprint: `sha256:${Buffer.from(await certificate.getThumbprint('SHA-256')).toString('hex')}`,
      };
    },
  };
};

/** The files of a server, as the settings name them. */
export const writeTlsFiles = async (
  folder: string,
  { cert, key }: TestCertificate,
  ca: string,
): Promise<{ MLLP_TLS_CERT_FILE: string; MLLP_TLS_KEY_FILE: string; MLLP_TLS_CA_FILE: string }> => {
  const files = {
    MLLP_TLS_CERT_FILE: join(folder, 'server.pem'),
    MLLP_TLS_KEY_FILE: join(folder, 'server.key'),
    MLLP_TLS_CA_FILE: join(folder, 'clients.pem'),
  };
  await Promise.all([
    writeFile(files.MLLP_TLS_CERT_FILE, cert),
    writeFile(files.MLLP_TLS_KEY_FILE, key, { mode: 0o600 }),
    writeFile(files.MLLP_TLS_CA_FILE, ca),
  ]);
  return files;
};

import { createCipheriv, createDecipheriv, createHash, randomBytes, type CipherKey } from 'node:crypto';

const nonceBytes = 12;
const tagBytes = 16;
export const keyBytes = 32;

/**
 * AES-256-GCM with a fresh nonce: nonce, ciphertext and tag in one. `context` is authenticated and must be given again to open it.
 * A key that is used often is given as a KeyObject: Node makes one of every Buffer, which costs five times the cipher.
 */
export const encrypt = (key: CipherKey, context: string, plain: Buffer): Buffer => {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context, 'utf8'));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, body, cipher.getAuthTag()]);
};

/** Null when the key, the context or a single bit is another. */
export const decrypt = (key: CipherKey, context: string, sealed: Buffer): Buffer | null => {
  if (sealed.length < nonceBytes + tagBytes) return null;
  const body = sealed.subarray(nonceBytes, sealed.length - tagBytes);
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
    .setAAD(Buffer.from(context, 'utf8'))
    .setAuthTag(sealed.subarray(sealed.length - tagBytes));
  try {
    return Buffer.concat([decipher.update(body), decipher.final()]);
  } catch {
    return null;
  }
};

/** Tells keys apart without telling them: for the id of a master key and for the proof of an erasure. */
export const fingerprintOf = (purpose: string, key: Buffer): string =>
  createHash('sha256').update(`homeward:${purpose}:`).update(key).digest('hex').slice(0, 32);

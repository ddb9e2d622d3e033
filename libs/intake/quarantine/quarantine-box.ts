import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const cipher = 'aes-256-gcm';
const nonceLength = 12;
const tagLength = 16;

/** Locks bytes under a key, bound to an id: nonce, tag, ciphertext. */
export const lock = (key: Buffer, id: string, bytes: Buffer): Buffer => {
  const nonce = randomBytes(nonceLength);
  const sealing = createCipheriv(cipher, key, nonce, { authTagLength: tagLength });
  sealing.setAAD(Buffer.from(id));
  const body = Buffer.concat([sealing.update(bytes), sealing.final()]);
  return Buffer.concat([nonce, sealing.getAuthTag(), body]);
};

/** @throws when the key or the id is another, or the bytes were changed. */
export const unlock = (key: Buffer, id: string, locked: Buffer): Buffer => {
  const opening = createDecipheriv(cipher, key, locked.subarray(0, nonceLength), { authTagLength: tagLength });
  opening.setAAD(Buffer.from(id));
  opening.setAuthTag(locked.subarray(nonceLength, nonceLength + tagLength));
  return Buffer.concat([opening.update(locked.subarray(nonceLength + tagLength)), opening.final()]);
};

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A secret to hand out: 256 bits, nothing in it. Only its hash is kept. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** What is kept of a secret. It has 256 bits of its own, so one round of SHA-256 is enough. */
export const hashOfSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** Compares in a time that tells nothing. */
export const sameSecret = (a: string, b: string): boolean => timingSafeEqual(hashOfSecret(a), hashOfSecret(b));

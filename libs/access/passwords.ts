import { hash, verify } from '@node-rs/argon2';

/** OWASP Password Storage Cheat Sheet (2024): argon2id, 19 MiB, two passes, one lane. 2 = Argon2id. */
const options = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

export const hashPassword = (password: string): Promise<string> => hash(password, options);

let decoy: Promise<string> | undefined;

/** Checks a password; without a hash (nobody of that name) it takes as long and says no. */
export const isPassword = async (password: string, kept: string | undefined): Promise<boolean> => {
  decoy ??= hashPassword('nobody has this password');
  const right = await verify(kept ?? (await decoy), password);
  return right && kept !== undefined;
};

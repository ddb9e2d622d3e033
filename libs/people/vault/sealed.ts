import type { CipherKey } from 'node:crypto';
import type { Sealed } from '../../contracts/event-contract.js';
import { decrypt, encrypt } from './cipher.js';

const contextOf = (eventId: string, field: string): string => `${eventId}\n${field}`;

/** A personal value as it stands in the log: AES-256-GCM under the person's key; event id and field name are its associated data. */
export const sealValue = (
  key: CipherKey,
  personId: string,
  eventId: string,
  field: string,
  value: unknown,
): Sealed => ({
  sealed: encrypt(key, contextOf(eventId, field), Buffer.from(JSON.stringify(value), 'utf8')).toString('base64'),
  by: personId,
  in: eventId,
  field,
});

/** The value, or null when it cannot be opened (another key, or it was taken to another event or field). */
export const openValue = (key: CipherKey, sealed: Sealed): unknown => {
  const plain = decrypt(key, contextOf(sealed.in, sealed.field), Buffer.from(sealed.sealed, 'base64'));
  return plain === null ? null : JSON.parse(plain.toString('utf8'));
};

export const isSealed = (value: unknown): value is Sealed =>
  typeof value === 'object' &&
  value !== null &&
  'sealed' in value &&
  'by' in value &&
  'in' in value &&
  'field' in value &&
  typeof value.sealed === 'string' &&
  typeof value.by === 'string' &&
  typeof value.in === 'string' &&
  typeof value.field === 'string';

/** Every sealed value at any depth. */
export const sealedIn = (value: unknown, found: Sealed[] = []): Sealed[] => {
  if (isSealed(value)) found.push(value);
  else if (Array.isArray(value)) for (const item of value) sealedIn(item, found);
  else if (value instanceof Map) for (const item of value.values()) sealedIn(item, found);
  else if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) sealedIn(item, found);
  return found;
};

/** A copy with every sealed value replaced; what holds none is shared, not copied. */
export const replaceSealed = (value: unknown, opened: (sealed: Sealed) => unknown): unknown => {
  if (isSealed(value)) return opened(value);
  if (Array.isArray(value)) return value.map((item) => replaceSealed(item, opened));
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, replaceSealed(item, opened)]));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaceSealed(item, opened)]));
};

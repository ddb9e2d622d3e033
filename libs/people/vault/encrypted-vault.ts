import { PeopleVault, type PersonId } from '../port.js';
import type { DataKeys } from './data-keys.js';
import { isSealed, openValue, replaceSealed, sealedIn, sealValue } from './sealed.js';

/**
 * Seals and opens personal values. For an erased person nothing is sealed: the value becomes null, as everything sealed before
 * reads from then on, so that an erasure never stops a feed that still speaks of the person.
 */
export class EncryptedVault extends PeopleVault {
  constructor(private readonly keys: DataKeys) {
    super();
  }

  override async seal(personId: PersonId, eventId: string, field: string, value: unknown): Promise<unknown> {
    if (value === null || value === undefined || isSealed(value)) return value;
    const key = await this.keys.obtain(personId);
    return key ? sealValue(key, personId, eventId, field, value) : null;
  }

  override open<T>(value: T): Promise<T>;
  override async open(value: unknown): Promise<unknown> {
    const sealed = sealedIn(value);
    if (sealed.length === 0) return value;
    const keys = await this.keys.find(sealed.map((one) => one.by));
    return replaceSealed(value, (one) => {
      const key = keys.get(one.by);
      return key ? openValue(key, one) : null;
    });
  }
}

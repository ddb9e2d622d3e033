import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { deterministicId } from '#libs/platform/ids.js';
import { Settings } from '#libs/platform/settings.js';
import type { Envelope, Visit } from './domain/understood.js';

/** Keyed hashes and keys of intake: nothing that a hospital calls a visit or a person by stands anywhere in the clear. */
@Injectable()
export class IntakeKeys {
  /** 32 bytes for what waits in quarantine. */
  readonly quarantineKey: Buffer;
  private readonly pseudonymKey: KeyObject;

  constructor(settings: Settings) {
    this.pseudonymKey = createSecretKey(settings.pseudonymKey);
    this.quarantineKey = Buffer.from(hkdfSync('sha256', settings.masterKey, '', 'homeward intake quarantine', 32));
  }

  /** The same visit of the same authority is the same stay, whatever came first. */
  stayId({ authority, number }: Visit): string {
    return this.hash('stay', authority, number).slice(0, 32);
  }

  /** What makes two messages the same, beside their sender and control id. */
  contentHash({ content }: Envelope): string {
    return this.hash('content', content).slice(0, 40);
  }

  identifiersHash(identifiers: readonly object[]): string {
    return this.hash('identifiers', JSON.stringify(identifiers)).slice(0, 24);
  }

  /** One message is one event, however often it comes: the log recognises it even when nothing else remembers. */
  eventId({ feed, controlId }: Envelope, hash: string): string {
    return deterministicId('ward-message', feed, controlId, hash);
  }

  /** A name for something that the hospital's own name must not stand for, such as a version of a FHIR resource: its id may be the visit number. */
  nameOf(...parts: readonly string[]): string {
    return this.hash('name', ...parts).slice(0, 32);
  }

  private hash(...parts: readonly string[]): string {
    return createHmac('sha256', this.pseudonymKey)
      .update(JSON.stringify(['intake', ...parts]))
      .digest('hex');
  }
}

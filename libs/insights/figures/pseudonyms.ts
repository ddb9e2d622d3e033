import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Settings } from '#libs/platform/settings.js';

/**
 * Ids for who may see pseudonyms only. A personId is opaque already, but the same in every answer of the API, in board exports and in
 * letters: an analyst's ids come from a key and a purpose of their own, so that they meet nowhere else.
 */
@Injectable()
export class Pseudonyms {
  private readonly key: KeyObject;

  constructor(settings: Settings) {
    this.key = createSecretKey(settings.pseudonymKey);
  }

  of(kind: 'person' | 'stay' | 'case' | 'event', id: string): string {
    return createHmac('sha256', this.key).update(`insights:analyst:${kind}:${id}`).digest('base64url');
  }
}

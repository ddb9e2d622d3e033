import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/platform/clock.js';
import { Settings } from '#libs/platform/settings.js';
import { BrokerageSettings } from '../brokerage-settings.js';

export interface OfferLink {
  readonly requestId: string;
  readonly providerId: string;
}

export interface Notice {
  readonly providerId: string;
  readonly url: string;
}

const day = 24 * 3_600_000;

/**
 * Signed links by which a provider without an account sees one request and answers it. The token says which request, which
 * provider and until when, and nothing of the person; it is signed with a key derived for this alone (HKDF, RFC 5869).
 */
@Injectable()
export class OfferLinks {
  private readonly key: Buffer;

  constructor(
    settings: Settings,
    private readonly brokerage: BrokerageSettings,
    private readonly clock: Clock,
  ) {
    this.key = Buffer.from(hkdfSync('sha256', settings.masterKey, Buffer.alloc(0), 'homeward offer link v1', 32));
  }

  noticeFor(requestId: string, providerId: string): Notice {
    const until = Date.parse(this.clock.now()) + this.brokerage.offerLinkDays * day;
    const says = Buffer.from(JSON.stringify([requestId, providerId, until])).toString('base64url');
    return { providerId, url: `/offers/${says}.${this.sign(says)}` };
  }

  /** What a token stands for; `expired` and `unknown` are told apart only for a token that we signed. */
  read(token: string): OfferLink | 'expired' | 'unknown' {
    const [says, signature, ...rest] = token.split('.');
    if (says === undefined || signature === undefined || rest.length > 0) return 'unknown';
    // Held against the text, not the bytes it stands for: Base64 reads several texts as the same bytes (RFC 4648 §3.5), and a
    // token that was changed in any letter is not ours.
    const given = Buffer.from(signature);
    const expected = Buffer.from(this.sign(says));
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'unknown';
    const parts: unknown = JSON.parse(Buffer.from(says, 'base64url').toString('utf8'));
    if (!Array.isArray(parts)) return 'unknown';
    const [requestId, providerId, until]: readonly unknown[] = parts;
    if (typeof requestId !== 'string' || typeof providerId !== 'string' || typeof until !== 'number') return 'unknown';
    return until < Date.parse(this.clock.now()) ? 'expired' : { requestId, providerId };
  }

  private sign(text: string): string {
    return createHmac('sha256', this.key).update(text).digest('base64url');
  }
}

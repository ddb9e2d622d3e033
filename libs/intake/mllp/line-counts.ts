import { Logger } from '@nestjs/common';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Outcome } from '../taking/taken.js';

export type DoorName = 'plain' | 'tls';
/** Not on the list; more lines than may be open; no TLS, or no certificate of ours; a certificate that may speak for nobody. */
export type LineRefusal = 'address' | 'too-many' | 'handshake' | 'certificate';

/** A flood of refused lines must not become a flood of log. */
const quietMs = 1000;

/** What is counted of the lines, and said in the log: addresses and reasons, nothing of a message. */
export class LineCounts {
  private readonly logger = new Logger('mllp');
  private readonly refusals: Counter<'door' | 'reason'>;
  private readonly messages: Counter<'result'>;
  private readonly expiry: Gauge;
  private readonly said = new Map<LineRefusal, number>();

  constructor(registry: Registry, open: () => Readonly<Record<DoorName, number>>) {
    const registers = [registry];
    this.refusals = new Counter({
      name: 'homeward_mllp_lines_refused_total',
      help: 'MLLP lines closed without a message read, by why',
      labelNames: ['door', 'reason'],
      registers,
    });
    this.messages = new Counter({
      name: 'homeward_mllp_messages_total',
      help: 'MLLP messages by what became of them; not-its-feed: rejected, the line may not speak for that sender',
      labelNames: ['result'],
      registers,
    });
    this.expiry = new Gauge({
      name: 'homeward_mllp_certificate_expires_seconds',
      help: 'When the certificate of the TLS port ends, in seconds since 1970; 0 without TLS',
      registers,
    });
    new Gauge({
      name: 'homeward_mllp_lines_open',
      help: 'MLLP lines open',
      labelNames: ['door'],
      registers,
      collect() {
        for (const [door, lines] of Object.entries(open())) this.set({ door }, lines);
      },
    });
  }

  refused(door: DoorName, reason: LineRefusal, address: string | undefined, fault?: string): void {
    this.refusals.inc({ door, reason });
    const now = performance.now();
    if (now - (this.said.get(reason) ?? -quietMs) < quietMs) return;
    this.said.set(reason, now);
    this.logger.warn({ says: 'line refused', door, reason, address, ...(fault === undefined ? {} : { fault }) });
  }

  message(result: Outcome | 'not-its-feed'): void {
    this.messages.inc({ result });
  }

  certificateExpires(at: number): void {
    this.expiry.set(Math.floor(at / 1000));
    if (at < Date.now()) this.logger.error('the certificate of MLLP_TLS_CERT_FILE has expired');
  }
}

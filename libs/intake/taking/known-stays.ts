import { Injectable } from '@nestjs/common';
import { EventStore } from '#libs/event-store/port.js';
import { readStay, type KnownStay } from './stay-stream.js';

/** Stays held in memory. More spare reads of stays that send often; each costs some kilobytes. */
const held = 2000;

/**
 * The stays written to last, so that the next message of a stay needs no read. May be behind what another process wrote:
 * the log refuses the append then, and the stay is read anew.
 */
@Injectable()
export class KnownStays {
  private readonly stays = new Map<string, KnownStay>();

  constructor(private readonly store: EventStore) {}

  async of(stayId: string): Promise<KnownStay> {
    return this.stays.get(stayId) ?? this.read(stayId);
  }

  async read(stayId: string): Promise<KnownStay> {
    const { headers: _, ...stay } = await readStay(this.store, stayId);
    return stay;
  }

  keep(stayId: string, stay: KnownStay): void {
    this.stays.delete(stayId);
    this.stays.set(stayId, stay);
    if (this.stays.size <= held) return;
    const [oldest] = this.stays.keys();
    if (oldest !== undefined) this.stays.delete(oldest);
  }

  forget(stayId: string): void {
    this.stays.delete(stayId);
  }
}

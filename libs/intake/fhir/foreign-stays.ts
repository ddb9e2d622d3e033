import { Injectable } from '@nestjs/common';
import { scopeOf } from '#libs/access/scope.js';
import { EventStore } from '#libs/event-store/port.js';
import type { Understood } from '../domain/understood.js';
import { IntakeKeys } from '../intake-keys.js';
import { newsOf } from '../taking/stay-facts.js';
import type { Arrival } from '../taking/taken.js';

/** Whether a sender who may speak for the own hospital only speaks of another one: asked of a transaction before any of it is stored. */
@Injectable()
export class ForeignStays {
  constructor(
    private readonly store: EventStore,
    private readonly keys: IntakeKeys,
  ) {}

  async includes(understood: Exclude<Understood, { kind: 'rejected' }>, { sender }: Arrival): Promise<boolean> {
    const scope = sender && scopeOf(sender);
    if (scope === undefined) return false;
    const { hospital } = understood.envelope;
    if (hospital !== null && hospital !== scope) return true;
    if (understood.kind !== 'stay') return false;
    const stream = await this.store.readStream(`stay-${this.keys.stayId(understood.visit)}`);
    const last = stream.at(-1);
    return last !== undefined && newsOf(last).stay.hospital !== scope;
  }
}

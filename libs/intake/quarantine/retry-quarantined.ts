import { Injectable } from '@nestjs/common';
import { scopeOf } from '#libs/access/scope.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { understandCloudEvent } from '../domain/cloud-events/understand-cloud-event.js';
import { FhirIntake } from '../fhir/fhir-intake.js';
import { readLetter } from '../fhir/letter.js';
import type { Arrival, MessageForm, Taken } from '../taking/taken.js';
import { WardIntake } from '../taking/ward-intake.js';
import { Quarantine } from './quarantine.js';

export interface Retried {
  readonly id: string;
  /** Gone from quarantine. */
  readonly settled: boolean;
  readonly ack: string;
  readonly stayId?: string;
  readonly reason?: string;
  readonly position?: string;
}

/** Sends a quarantined message down the same way again: a mapping may have changed since. */
@Injectable()
export class RetryQuarantined {
  constructor(
    private readonly quarantine: Quarantine,
    private readonly intake: WardIntake,
    private readonly fhir: FhirIntake,
  ) {}

  async retry(id: string, user: SignedIn, correlationId: string): Promise<Retried | undefined> {
    const found = await this.quarantine.find(id, scopeOf(user));
    const opened = found && (await this.quarantine.open(id));
    if (!opened) return undefined;
    const arrival = { source: 'quarantine', correlationId, sender: user } as const;
    const { raw, form } = opened;
    const taken = await this.takeAgain(raw, form, arrival);
    const { ack, stayId, reason, position } = taken;
    return {
      id,
      settled: ack === 'AA',
      ack,
      ...(stayId === undefined ? {} : { stayId }),
      ...(reason === undefined ? {} : { reason }),
      ...(position === undefined ? {} : { position }),
    };
  }

  private takeAgain(raw: Buffer, form: MessageForm, arrival: Arrival): Promise<Taken> {
    switch (form) {
      case 'hl7v2':
        return this.intake.takeHl7(raw, arrival);
      case 'cloudevent': {
        const event: unknown = JSON.parse(raw.toString('utf8'));
        return this.intake.take(understandCloudEvent(event, this.intake.context), form, raw, arrival);
      }
      case 'fhir': {
        const { sender, bundle } = readLetter(raw);
        return this.fhir.retake(bundle, sender, arrival);
      }
    }
  }
}

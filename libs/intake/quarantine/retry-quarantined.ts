import { Injectable, Logger } from '@nestjs/common';
import { scopeOf } from '#libs/access/scope.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { nameOf } from '#libs/platform/errors.js';
import { isUnavailable } from '#libs/platform/unavailable.js';
import { understandCloudEvent } from '../domain/cloud-events/understand-cloud-event.js';
import { FhirIntake } from '../fhir/fhir-intake.js';
import { readLetter } from '../fhir/letter.js';
import type { Arrival, Corrects, MessageForm, Taken } from '../taking/taken.js';
import { faults } from '../taking/to-settle.js';
import { WardIntake } from '../taking/ward-intake.js';
import { Quarantine } from './quarantine.js';
import { QuarantineList, type QuarantinedMessage } from './quarantine-list.js';

export interface Retried {
  readonly id: string;
  /** Gone from quarantine. */
  readonly settled: boolean;
  readonly ack: string;
  readonly stayId?: string;
  readonly reason?: string;
  readonly position?: string;
  /** Others of the same stay that were tried with it, in the order in which the hospital recorded them. */
  readonly others?: { readonly tried: number; readonly settled: number };
}

/** That a person corrected it. */
export const correctsOf = (
  { id, feed, controlId }: QuarantinedMessage,
  by: { readonly by: string; readonly at: string },
): Corrects => ({ id, feed, controlId, ...by });

/** Sends a quarantined message down the same way again: a mapping may have changed since, or a person corrected it. */
@Injectable()
export class RetryQuarantined {
  private readonly logger = new Logger('quarantine');

  constructor(
    private readonly quarantine: Quarantine,
    private readonly list: QuarantineList,
    private readonly intake: WardIntake,
    private readonly fhir: FhirIntake,
  ) {}

  /** Once it is taken, the others of its stay are tried too. Undefined when it is not there (any more). */
  async retry(id: string, user: SignedIn, correlationId: string): Promise<Retried | undefined> {
    const found = await this.list.find(id, scopeOf(user));
    const retried = found && (await this.retryOne(found, user, correlationId));
    return retried && this.withOthers(found, retried, user, correlationId);
  }

  /** By itself: without the others of its stay. Throws only while the database is away. */
  async retryAlone(id: string, user: SignedIn, correlationId: string): Promise<Retried | undefined> {
    const found = await this.list.find(id, scopeOf(user));
    return found && this.retryOther(found, user, correlationId);
  }

  /** Takes a message that stands for one in quarantine. */
  async take(
    found: QuarantinedMessage,
    { bytes, corrects }: { readonly bytes: Buffer; readonly corrects?: Corrects | undefined },
    user: SignedIn,
    correlationId: string,
  ): Promise<Retried> {
    const arrival = { source: 'quarantine', correlationId, sender: user, ...(corrects ? { corrects } : {}) } as const;
    const { ack, stayId, reason, position } = await this.takeAgain(bytes, found.form, arrival);
    return {
      id: found.id,
      settled: ack === 'AA',
      ack,
      ...(stayId === undefined ? {} : { stayId }),
      ...(reason === undefined ? {} : { reason }),
      ...(position === undefined ? {} : { position }),
    };
  }

  /** What waited for this one: order does not matter to a stay, but people read the messages of a stay in it. */
  async withOthers(
    found: QuarantinedMessage,
    retried: Retried,
    user: SignedIn,
    correlationId: string,
  ): Promise<Retried> {
    if (!retried.settled) return retried;
    const others = await this.list.together(found, scopeOf(user));
    let settled = 0;
    let { position } = retried;
    for (const other of others) {
      const one = await this.retryOther(other, user, correlationId);
      if (one?.settled !== true) continue;
      settled += 1;
      position = one.position ?? position;
    }
    return {
      ...retried,
      ...(position === undefined ? {} : { position }),
      ...(others.length === 0 ? {} : { others: { tried: others.length, settled } }),
    };
  }

  private retryOne(found: QuarantinedMessage, user: SignedIn, correlationId: string): Promise<Retried | undefined> {
    return this.quarantine.alone(found.id, async () => {
      const opened = await this.quarantine.open(found.id);
      if (!opened) return undefined;
      const { raw, corrected, by } = opened;
      const again = corrected && by ? { bytes: corrected, corrects: correctsOf(found, by) } : { bytes: raw };
      return this.take(found, again, user, correlationId);
    });
  }

  /** One that cannot even be opened keeps nothing else from being tried; it goes on waiting. */
  private async retryOther(
    found: QuarantinedMessage,
    user: SignedIn,
    correlationId: string,
  ): Promise<Retried | undefined> {
    try {
      return await this.retryOne(found, user, correlationId);
    } catch (error) {
      if (isUnavailable(error)) throw error;
      this.logger.error({ fault: nameOf(error), quarantined: found.id });
      return { id: found.id, settled: false, ack: 'AE', reason: faults.unforeseen.reason };
    }
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

import type { KafkaMessage } from 'kafkajs';
import { nameOf } from '#libs/platform/errors.js';
import { newId } from '#libs/platform/ids.js';
import { understandCloudEvent } from '../domain/cloud-events/understand-cloud-event.js';
import type { Understood } from '../domain/understood.js';
import type { Outcome } from '../taking/taken.js';
import type { WardIntake } from '../taking/ward-intake.js';
import { cloudEventOfRecord } from './cloud-event-of-record.js';
import type { DeadLetters, Letter } from './dead-letters.js';
import type { Work } from './ward-event-batch.js';

export interface RecordServices {
  readonly intake: WardIntake;
  readonly deadLetters: Pick<DeadLetters, 'send'>;
  /** What became of a record, once it is stored. */
  readonly counted: (outcome: Outcome) => void;
  /** A fault nobody foresaw; told without any content. */
  readonly failed: (fault: string) => void;
}

type Read = { readonly understood: Understood; readonly raw: Buffer } | { readonly reason: string };

/**
 * What is to be done with one record: the same as with an event over HTTP. What cannot be read becomes a dead letter as it came; what
 * was read and refused waits in quarantine with its content, and its dead letter tells the sender why, without the content.
 */
export const workOf = (letter: Letter, services: RecordServices): Work => {
  const read = readRecord(letter.message, services);
  if ('reason' in read) return { visit: undefined, take: () => refuse(letter, read.reason, services) };
  const { understood, raw } = read;
  return { visit: visitOf(understood), take: () => takeEvent(letter, understood, raw, services) };
};

const readRecord = (message: KafkaMessage, { intake, failed }: RecordServices): Read => {
  try {
    const record = cloudEventOfRecord({ headers: message.headers, value: message.value });
    if (!record.ok) return { reason: record.reason };
    const understood = understandCloudEvent(record.event, intake.context);
    if (understood.kind === 'rejected') return { reason: understood.reason };
    return { understood, raw: Buffer.from(JSON.stringify(record.event), 'utf8') };
  } catch (error) {
    failed(nameOf(error));
    return { reason: 'The event could not be read because of a fault on our side. It can be sent again.' };
  }
};

const visitOf = (understood: Understood): string | undefined =>
  understood.kind === 'stay' ? JSON.stringify(understood.visit) : undefined;

const takeEvent = async (
  letter: Letter,
  understood: Understood,
  raw: Buffer,
  { intake, deadLetters, counted }: RecordServices,
): Promise<void> => {
  const arrival = { source: 'kafka', correlationId: newId() } as const;
  const { outcome, reason = '' } = await intake.take(understood, 'cloudevent', raw, arrival);
  if (outcome === 'quarantined' || outcome === 'rejected')
    await deadLetters.send(letter, reason, { value: outcome === 'rejected' });
  counted(outcome);
};

const refuse = async (letter: Letter, reason: string, { deadLetters, counted }: RecordServices): Promise<void> => {
  await deadLetters.send(letter, reason, { value: true });
  counted('rejected');
};

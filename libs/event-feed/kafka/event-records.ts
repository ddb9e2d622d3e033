import type { IHeaders, KafkaMessage } from 'kafkajs';
import { cloudEventType, eventHeaders, eventNamed, eventSource, progressType } from '../../contracts/event-names.js';
import type { Position, StoredEvent } from '../../event-store/port.js';
import type { PartitionRecord } from './merged-partitions.js';

const h = eventHeaders;

export interface OutgoingRecord {
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Record<string, string>;
}

/** An event as a record of the events topic: CloudEvents 1.0, binary mode. */
export const recordOf = (event: StoredEvent): OutgoingRecord => {
  const { personId, metadata } = event;
  return {
    key: personId ?? event.streamId,
    value: JSON.stringify(event.data),
    headers: {
      [h.contentType]: 'application/json',
      [h.specversion]: '1.0',
      [h.id]: event.eventId,
      [h.source]: eventSource,
      [h.type]: cloudEventType(event),
      [h.subject]: event.streamId,
      [h.time]: event.occurredAt,
      [h.recordedTime]: event.recordedAt,
      [h.position]: event.position,
      [h.revision]: String(event.revision),
      ...(personId === undefined ? {} : { [h.personId]: personId }),
      [h.correlationId]: metadata.correlationId,
      ...(metadata.causationId === undefined ? {} : { [h.causationId]: metadata.causationId }),
      [h.actorId]: metadata.actor.id,
      [h.actorRole]: metadata.actor.role,
      [h.actorOrganisation]: metadata.actor.organisation,
      [h.origin]: metadata.source,
    },
  };
};

/** Says that in the partition it is sent to, one of so many, everything after `since`, up to a position, was published. */
export const progressRecord = (since: Position, position: Position, partitions: number): OutgoingRecord => ({
  key: null,
  value: null,
  headers: {
    [h.specversion]: '1.0',
    [h.id]: `progress-${position}`,
    [h.source]: eventSource,
    [h.type]: progressType,
    [h.position]: position,
    [h.since]: since,
    [h.partitions]: String(partitions),
  },
});

const textOf = (headers: IHeaders | undefined, name: string): string | undefined => {
  const value = headers?.[name];
  return value === undefined || Array.isArray(value) ? undefined : value.toString();
};

/** Why a record does not read as one of ours. */
class NotOurRecord extends Error {
  override readonly name = 'NotOurRecord';
}

type Wants = (event: Pick<StoredEvent, 'type' | 'streamId'>) => boolean;

/**
 * A record as it came: with its event when that is wanted, which the headers alone decide. What does not read as one of ours is
 * `unreadable`: the log has whatever it should have said.
 */
export const partitionRecordOf = (message: KafkaMessage, wants: Wants): PartitionRecord => {
  try {
    return readable(message, wants);
  } catch (error) {
    return { offset: message.offset, unreadable: error instanceof Error ? error.message : 'It cannot be read.' };
  }
};

/** @throws NotOurRecord, SyntaxError */
const readable = ({ offset, headers, value }: KafkaMessage, wants: Wants): PartitionRecord => {
  const must = (name: string): string => {
    const text = textOf(headers, name);
    if (text === undefined) throw new NotOurRecord(`It has no header ${name}.`);
    return text;
  };
  const position = positionIn(must(h.position));
  const ceType = must(h.type);
  if (ceType === progressType) {
    const partitions = Number(textOf(headers, h.partitions) ?? 0);
    return { offset, position, since: positionIn(must(h.since)), partitions };
  }
  const named = eventNamed(ceType);
  if (named === undefined) throw new NotOurRecord('It is of no type of ours.');
  const streamId = must(h.subject);
  if (!wants({ type: named.type, streamId })) return { offset };
  const personId = textOf(headers, h.personId);
  const causationId = textOf(headers, h.causationId);
  const event: StoredEvent = {
    eventId: must(h.id),
    type: named.type,
    schemaVersion: named.schemaVersion,
    streamId,
    revision: Number(must(h.revision)),
    position,
    occurredAt: must(h.time),
    recordedAt: must(h.recordedTime),
    ...(personId === undefined ? {} : { personId }),
    data: dataOf(value),
    metadata: {
      correlationId: must(h.correlationId),
      ...(causationId === undefined ? {} : { causationId }),
      actor: { id: must(h.actorId), role: must(h.actorRole), organisation: must(h.actorOrganisation) },
      source: must(h.origin),
    },
  };
  return { offset, event };
};

const positionIn = (text: string): Position => {
  if (!/^\d{1,19}$/.test(text)) throw new NotOurRecord('It names no position.');
  return text;
};

const dataOf = (value: Buffer | null): Record<string, unknown> => {
  const data: unknown = value === null ? undefined : JSON.parse(value.toString('utf8'));
  if (!isRecord(data)) throw new NotOurRecord('It has no data.');
  return data;
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

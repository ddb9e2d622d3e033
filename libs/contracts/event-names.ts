import { catalogue } from './catalogue.js';

/** Who speaks on the topic of events: the `source` of every CloudEvent there. */
export const eventSource = 'homeward';

/** The record that carries no event: in this partition everything after its `ce_since`, up to its `ce_position`, was published. */
export const progressType = 'homeward.feed.progress.v1';

/**
 * The headers of a record of the events topic: CloudEvents 1.0 in binary mode over Kafka, with our extensions.
 * The value is the event's `data` as JSON; the key is the `personId`, else the stream id.
 */
export const eventHeaders = {
  contentType: 'content-type',
  specversion: 'ce_specversion',
  /** The event id. */
  id: 'ce_id',
  source: 'ce_source',
  /** As `cloudEventType` gives it. */
  type: 'ce_type',
  /** The stream id. */
  subject: 'ce_subject',
  /** `occurredAt`. */
  time: 'ce_time',
  recordedTime: 'ce_recordedtime',
  position: 'ce_position',
  /** Of a record of progress only: the position its stretch begins after. */
  since: 'ce_since',
  /** Of a record of progress only: to how many partitions its stretch was published. Who reads fewer does not read all of it. */
  partitions: 'ce_partitions',
  revision: 'ce_revision',
  /** Absent when the event is of no person. */
  personId: 'ce_personid',
  correlationId: 'ce_correlationid',
  /** Absent when nothing caused it. */
  causationId: 'ce_causationid',
  actorId: 'ce_actorid',
  actorRole: 'ce_actorrole',
  actorOrganisation: 'ce_actororganisation',
  /** `metadata.source`: `api`, `mllp`, `policy:<name>`, … */
  origin: 'ce_origin',
} as const;

const contexts = new Map<string, string>(catalogue.map(({ stream, context }) => [stream, context]));

/** The stream's kind stands before its first dash. */
const prefixOf = (streamId: string): string => streamId.slice(0, streamId.indexOf('-') + 1);

/**
 * The `ce_type` of an event, `homeward.<context>.<type>.v<version>`, e.g. `homeward.intake.PatientAdmitted.v1`. The stream tells
 * the context, as two contexts may name an event alike; one of a stream the catalogue does not know is named after the stream.
 */
export const cloudEventType = ({
  type,
  schemaVersion,
  streamId,
}: {
  readonly type: string;
  readonly schemaVersion: number;
  readonly streamId: string;
}): string => {
  const prefix = prefixOf(streamId);
  return `homeward.${contexts.get(prefix) ?? prefix.slice(0, -1)}.${type}.v${String(schemaVersion)}`;
};

/** The event type and schema version that a `ce_type` of ours names; undefined for any other text. */
export const eventNamed = (ceType: string): { readonly type: string; readonly schemaVersion: number } | undefined => {
  const [, type, version] = /^homeward\.[\w-]*\.(\w+)\.v(\d+)$/.exec(ceType) ?? [];
  return type === undefined || version === undefined ? undefined : { type, schemaVersion: Number(version) };
};

import {
  wardEventExamples,
  wardEventNames,
  wardEventType,
  type WardEventName,
} from '#libs/contracts/intake/ward-events.js';
import { understandCloudEvent } from '#libs/intake/domain/cloud-events/understand-cloud-event.js';
import type { Understood } from '#libs/intake/domain/understood.js';
import { cloudEventsOfRequest } from '#libs/intake/http/cloud-events-of-request.js';
import { cloudEventOfRecord } from '#libs/intake/kafka/cloud-event-of-record.js';
import { developmentContext } from '#libs/intake/testing/adt.js';
import { Problem } from '#libs/platform/problem.js';
import type { Outcome } from '../judge.js';
import { jsonOf } from './json-bytes.js';
import type { FuzzedParser } from './parser.js';

const names = wardEventNames;

const event = (name: WardEventName): Readonly<Record<string, unknown>> => ({
  specversion: '1.0',
  id: `FUZZ-${name}`,
  source: 'RAL',
  type: wardEventType(name),
  subject: 'V1000018',
  time: '2026-11-03T09:00:00Z',
  recordedtime: '2026-11-03T09:05:00+00:00',
  data: wardEventExamples[name],
});

/** Headers, an empty line, a body: what HTTP and Kafka both hold, in a form that can be changed byte by byte. */
const withHeaders = (name: WardEventName): string => {
  const { data, ...attributes } = event(name);
  const lines = Object.entries(attributes).map(([key, value]) => `ce-${key}: ${String(value)}`);
  return ['content-type: application/json', ...lines, '', JSON.stringify(data)].join('\n');
};

const parted = (bytes: Buffer): { readonly headers: Record<string, string[]>; readonly body: Buffer } => {
  const end = bytes.indexOf('\n\n');
  if (end < 0) return { headers: { 'content-type': ['application/cloudevents+json'] }, body: bytes };
  const headers: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  for (const line of bytes.toString('latin1', 0, end).split('\n')) {
    const [name = '', ...value] = line.split(': ');
    (headers[name.toLowerCase()] ??= []).push(value.join(': '));
  }
  return { headers, body: bytes.subarray(end + 2) };
};

/** The events of a request, or what the door says instead. */
const requested = (
  headers: Record<string, string[]>,
  body: Buffer,
): { readonly events: readonly unknown[]; readonly said: readonly string[] } => {
  const read = jsonOf(body);
  if (!read) return { events: [], said: [] };
  try {
    return { events: cloudEventsOfRequest(headers, read.value), said: [] };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const faults = (error.errors ?? []).flatMap(({ field, message }) => [field, message]);
    return { events: [], said: [error.message, ...faults] };
  }
};

const saidOf = (understood: Understood): readonly string[] =>
  understood.kind === 'refused'
    ? [understood.fault.field, understood.fault.reason]
    : 'reason' in understood
      ? [understood.reason]
      : [];

export const cloudEvents: FuzzedParser = {
  corpus: () => [
    ...names.map((name) => Buffer.from(JSON.stringify(event(name)))),
    ...names.map((name) => Buffer.from(withHeaders(name))),
    Buffer.from(`content-type: application/cloudevents-batch+json\n\n${JSON.stringify(names.map(event))}`),
    Buffer.from(
      JSON.stringify({
        ...event('moved'),
        data: undefined,
        data_base64: Buffer.from(JSON.stringify(wardEventExamples.moved)).toString('base64'),
      }),
    ),
  ],
  read: (bytes): Outcome => {
    const { headers, body } = parted(bytes);
    const { events, said } = requested(headers, body);
    const record = cloudEventOfRecord({
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, values]) => [name.replace(/^ce-/, 'ce_'), values]),
      ),
      value: body,
    });
    const understood = [...events.slice(0, 50), ...(record.ok ? [record.event] : [])].map((one) =>
      understandCloudEvent(one, developmentContext),
    );
    return {
      kind: understood.at(-1)?.kind ?? 'no event',
      said: [...said, ...(record.ok ? [] : [record.reason]), ...understood.flatMap(saidOf)],
      understood,
    };
  },
};

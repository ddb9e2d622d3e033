import type { IHeaders } from 'kafkajs';

/** A CloudEvent as JSON has it, not looked into yet; or why the record is none. */
export type ReadRecord =
  { readonly ok: true; readonly event: unknown } | { readonly ok: false; readonly reason: string };

type Content = { readonly ok: true; readonly content: unknown } | { readonly ok: false };

const attributePrefix = 'ce_';
const structuredType = 'application/cloudevents+json';

/**
 * A record of Kafka to the CloudEvent it carries: in binary mode the attributes are headers `ce_…` and the value is the data, in
 * structured mode the value is the whole event (Kafka protocol binding for CloudEvents 1.0.2, §3). Batches are not of that binding.
 */
export const cloudEventOfRecord = (record: {
  readonly headers: IHeaders | undefined;
  readonly value: Buffer | null;
}): ReadRecord => {
  const headers = record.headers ?? {};
  const type = mediaType(textOf(headers['content-type']));
  if (type === structuredType) return structured(record.value);
  if (type.startsWith('application/cloudevents'))
    return unreadable('Ward events are sent one a record, as JSON: batches and other formats are not taken.');
  if (headers['ce_specversion'] === undefined)
    return unreadable('The record is no CloudEvent: it has neither ce_ headers nor the content type of a whole event.');
  return binary(headers, type, record.value);
};

const structured = (value: Buffer | null): ReadRecord => {
  const read = jsonOf(value ?? Buffer.alloc(0));
  return read.ok ? { ok: true, event: read.content } : unreadable('The value is not JSON in UTF-8.');
};

const binary = (headers: IHeaders, type: string, value: Buffer | null): ReadRecord => {
  if (type !== '' && type !== 'application/json' && !type.endsWith('+json'))
    return unreadable('The data of a ward event is JSON; the content type names another format.');
  const attributes = Object.entries(headers).flatMap(([name, header]) => {
    const text = name.startsWith(attributePrefix) ? textOf(header) : undefined;
    return text === undefined ? [] : [[name.slice(attributePrefix.length), text] as const];
  });
  if (value === null || value.length === 0) return { ok: true, event: Object.fromEntries(attributes) };
  const read = jsonOf(value);
  return read.ok
    ? { ok: true, event: { ...Object.fromEntries(attributes), data: read.content } }
    : unreadable('The data is not JSON in UTF-8.');
};

const unreadable = (reason: string): ReadRecord => ({ ok: false, reason });

const utf8 = new TextDecoder('utf-8', { fatal: true });

const jsonOf = (bytes: Buffer): Content => {
  try {
    const content: unknown = JSON.parse(utf8.decode(bytes));
    return { ok: true, content };
  } catch {
    return { ok: false };
  }
};

/** The first, should a header be there twice. */
const textOf = (header: IHeaders[string]): string | undefined =>
  (Array.isArray(header) ? header[0] : header)?.toString('utf8');

const mediaType = (text = ''): string => text.split(';')[0]?.trim().toLowerCase() ?? '';

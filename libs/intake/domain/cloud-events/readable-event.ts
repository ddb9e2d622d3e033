import { textFault } from '#libs/platform/text-faults.js';

/** A value that can be looked into and kept, its data as JSON; or why it cannot be. */
export type ReadableEvent =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string };

const unreadable = (what: string): ReadableEvent => ({ ok: false, reason: what });

/**
 * Before anything walks through it: what no store could keep, or nests without end, is no event, whatever it says.
 * Data may come as bytes, `data_base64` (JSON event format for CloudEvents 1.0.2, §3.1.1): ours are JSON, and the event is the same one.
 */
export const readableEvent = (value: unknown): ReadableEvent => {
  const event = withPlainData(value);
  if (!event.ok) return event;
  const fault = textFault(event.value, '');
  // Its field may be named anything, so it is not said which.
  return fault
    ? unreadable(
        fault.message === 'is nested too deeply'
          ? 'This cannot be read: it is nested too deeply.'
          : 'This cannot be read: it holds characters that are not text.',
      )
    : event;
};

const withPlainData = (value: unknown): ReadableEvent => {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'data_base64')) return { ok: true, value };
  const { data_base64: bytes, ...event }: { data_base64?: unknown } = value;
  if (Object.hasOwn(event, 'data'))
    return unreadable(
      'This is not a CloudEvent 1.0: data_base64 stands beside data, and only one of them may be there.',
    );
  const data = typeof bytes === 'string' ? jsonOf(bytes) : undefined;
  return data
    ? { ok: true, value: { ...event, data: data.content } }
    : unreadable('This is not a CloudEvent 1.0: data_base64 is not JSON in UTF-8, in base64.');
};

const utf8 = new TextDecoder('utf-8', { fatal: true });

const jsonOf = (base64: string): { readonly content: unknown } | undefined => {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return undefined;
  try {
    const content: unknown = JSON.parse(utf8.decode(Buffer.from(base64, 'base64')));
    return { content };
  } catch {
    return undefined;
  }
};

import { Problem } from '#libs/platform/problem.js';

/** As Node gives them in `headersDistinct`: names in lower case, each with every value it came with. */
type DistinctHeaders = Readonly<Record<string, readonly string[] | undefined>>;

const prefix = 'ce-';
/** Attributes have such names (CloudEvents 1.0.2, "Naming conventions"); a header with another is none. */
const isAttribute = /^ce-[a-z0-9]{1,40}$/;
/** Other headers are named by their sender, so a fault does not repeat their names. */
const ours = /^ce-(?:specversion|id|source|type|subject|time|recordedtime|dataschema)$/;
/** What the body and its content type say in binary mode. */
const ofTheBody = ['ce-data', 'ce-datacontenttype'];

/**
 * The CloudEvents of a request, as JSON has them, not looked into yet: one (structured mode), many (batched mode), or one whose
 * attributes are `ce-` headers and whose data is the body (binary mode). HTTP protocol binding for CloudEvents 1.0.2, §3.
 * Throws a `Problem`: 415 for what is none of these, 400 for a body or header that does not fit.
 */
export const cloudEventsOfRequest = (headers: DistinctHeaders, body: unknown): readonly unknown[] => {
  const type = headers['content-type']?.[0]?.split(';')[0]?.trim().toLowerCase();
  switch (type) {
    case 'application/cloudevents+json':
      if (Array.isArray(body)) throw malformed();
      return [body];
    case 'application/cloudevents-batch+json':
      if (!Array.isArray(body)) throw malformed();
      return body;
    case 'application/json':
      if (headers['ce-specversion'] !== undefined) return [binary(headers, body)];
  }
  throw new Problem(
    415,
    'request.media-type',
    'Ward events are sent as application/cloudevents+json, as application/cloudevents-batch+json, or as application/json with ce- headers.',
  );
};

const malformed = (): Problem =>
  new Problem(400, 'request.malformed', 'A batch is a JSON array of events, a single event a JSON object.');

const binary = (headers: DistinctHeaders, data: unknown): unknown => {
  const attributes = Object.entries(headers).flatMap(([name, values = []]) =>
    isAttribute.test(name) && !ofTheBody.includes(name)
      ? [[name.slice(prefix.length), textOf(name, values)] as const]
      : [],
  );
  return { ...Object.fromEntries(attributes), data };
};

/** The value of a header, decoded (§3.1.3.2): quotes taken off, then percent-encoding, once. */
const textOf = (header: string, [value = '', ...more]: readonly string[]): string => {
  const name = ours.test(header) ? header : 'ce-';
  if (more.length > 0) throw Problem.invalidField(name, 'stands there more than once');
  if (!/^[\x20-\x7e]*$/.test(value))
    throw Problem.invalidField(name, 'is not ASCII: other characters are percent-encoded, as UTF-8');
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(value)?.[1];
  try {
    return decodeURIComponent(quoted === undefined ? value : quoted.replaceAll(/\\(.)/g, '$1'));
  } catch {
    throw Problem.invalidField(name, 'is percent-encoded in a way that cannot be read');
  }
};

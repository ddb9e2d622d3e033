import { Problem } from '#libs/platform/problem.js';
import type { CharacterSet } from '../domain/feed-mapping.js';
import { decode, encode } from '../domain/hl7/character-set.js';
import { splitMessages } from '../domain/hl7/split.js';
import { hl7Text, jsonText, showHl7, showJson, type ShownMessage } from '../domain/shown-message.js';
import { openBundle } from '../domain/fhir/bundle.js';
import { readLetter } from '../fhir/letter.js';
import type { MessageForm } from '../taking/taken.js';

/** What a person reads and edits: of FHIR the bundle, without the account that sent it. */
const documentOf = (bytes: Buffer, form: Exclude<MessageForm, 'hl7v2'>): unknown =>
  form === 'fhir' ? readLetter(bytes).bundle : JSON.parse(bytes.toString('utf8'));

/** `whenUnnamed`: the character set of the feed, for HL7 that names none. */
export const textOf = (bytes: Buffer, form: MessageForm, whenUnnamed: CharacterSet): string =>
  form === 'hl7v2' ? hl7Text(bytes, whenUnnamed) : jsonText(documentOf(bytes, form));

/** The message with the field at fault marked. */
export const shownMessage = (
  bytes: Buffer,
  form: MessageForm,
  field: string,
  whenUnnamed: CharacterSet,
): ShownMessage => (form === 'hl7v2' ? showHl7(bytes, field, whenUnnamed) : showJson(documentOf(bytes, form), field));

const invalid = (message: string): Problem => Problem.invalidField('message', message);

/** The bytes of an edited message, as they would have come. @throws Problem 400 when it is no message of this form any more. */
export const bytesOf = (text: string, form: MessageForm, original: Buffer, whenUnnamed: CharacterSet): Buffer => {
  switch (form) {
    case 'hl7v2':
      return hl7Bytes(text, whenUnnamed);
    case 'cloudevent':
      return Buffer.from(JSON.stringify(parsed(text)), 'utf8');
    case 'fhir': {
      const bundle = parsed(text);
      const opened = openBundle(bundle);
      if (!opened.ok) throw invalid(`is no bundle that can be read: ${opened.issue.text}`);
      const letter = readLetter(original);
      // Each resource is a message of its own; this one waits for one.
      if (entriesIn(bundle) > entriesIn(letter.bundle))
        throw invalid('tells of more resources than the message that waits');
      return Buffer.from(JSON.stringify({ sender: letter.sender, bundle }), 'utf8');
    }
  }
};

const entriesIn = (bundle: unknown): number => {
  const entry: unknown = typeof bundle === 'object' && bundle !== null ? Reflect.get(bundle, 'entry') : undefined;
  return Array.isArray(entry) ? entry.length : 0;
};

/** In the character set that the text itself declares (MSH-18), else in that of its feed. */
const hl7Bytes = (text: string, whenUnnamed: CharacterSet): Buffer => {
  const body = text.trim().replace(/\r\n?|\n/g, '\r');
  const { messages, stray } = splitMessages(Buffer.from(body, 'utf8'));
  if (messages.length !== 1 || stray) throw invalid('must be one HL7 message that begins with MSH');
  const bytes = encode(body, whenUnnamed);
  const read = decode(bytes, whenUnnamed);
  if (read.ok && read.text !== body)
    throw invalid('holds letters that the character set in MSH-18 does not have: put UNICODE UTF-8 there');
  return bytes;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('is not JSON any more: a bracket, a comma or a quotation mark is missing or too many');
  }
};

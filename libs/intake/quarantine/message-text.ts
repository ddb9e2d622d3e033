import { Problem } from '#libs/platform/problem.js';
import { decode } from '../domain/hl7/character-set.js';
import { splitMessages } from '../domain/hl7/split.js';
import { hl7Text, jsonText, showHl7, showJson, type ShownMessage } from '../domain/shown-message.js';
import { openBundle } from '../domain/fhir/bundle.js';
import { readLetter } from '../fhir/letter.js';
import type { MessageForm } from '../taking/taken.js';

/** What a person reads and edits: of FHIR the bundle, without the account that sent it. */
const documentOf = (bytes: Buffer, form: Exclude<MessageForm, 'hl7v2'>): unknown =>
  form === 'fhir' ? readLetter(bytes).bundle : JSON.parse(bytes.toString('utf8'));

export const textOf = (bytes: Buffer, form: MessageForm): string =>
  form === 'hl7v2' ? hl7Text(bytes) : jsonText(documentOf(bytes, form));

/** The message with the field at fault marked. */
export const shownMessage = (bytes: Buffer, form: MessageForm, field: string): ShownMessage =>
  form === 'hl7v2' ? showHl7(bytes, field) : showJson(documentOf(bytes, form), field);

const invalid = (message: string): Problem => Problem.invalidField('message', message);

/** The bytes of an edited message, as they would have come. @throws Problem 400 when it is no message of this form any more. */
export const bytesOf = (text: string, form: MessageForm, original: Buffer): Buffer => {
  switch (form) {
    case 'hl7v2':
      return hl7Bytes(text);
    case 'cloudevent':
      return Buffer.from(JSON.stringify(parsed(text)), 'utf8');
    case 'fhir': {
      const bundle = parsed(text);
      const opened = openBundle(bundle);
      if (!opened.ok) throw invalid(`is no bundle that can be read: ${opened.issue.text}`);
      return Buffer.from(JSON.stringify({ sender: readLetter(original).sender, bundle }), 'utf8');
    }
  }
};

/** In the character set that the text itself declares (MSH-18). */
const hl7Bytes = (text: string): Buffer => {
  const body = text.trim().replace(/\r\n?|\n/g, '\r');
  const { messages, stray } = splitMessages(Buffer.from(body, 'utf8'));
  if (messages.length !== 1 || stray) throw invalid('must be one HL7 message that begins with MSH');
  const narrow = Buffer.from(body, 'latin1');
  const asDeclared = decode(narrow);
  // Only where the text itself says so does it travel in the narrower set: then it comes back as it went.
  if (asDeclared.ok && asDeclared.text === body) return narrow;
  const wide = Buffer.from(body, 'utf8');
  const read = decode(wide);
  if (read.ok && read.text !== body)
    throw invalid('holds letters that the character set in MSH-18 does not have: put UNICODE UTF-8 there');
  return wide;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('is not JSON any more: a bracket, a comma or a quotation mark is missing or too many');
  }
};

import { decode } from '../domain/hl7/character-set.js';
import { adt } from '../testing/adt.js';
import { bytesOf, textOf } from './message-text.js';

const text = adt({ event: 'A01', controlId: 'L1', name: 'JOSÉ^ADA', place: 'LARCH^1^A^RAL' });

test('an edited message that names no character set goes back in that of its feed', () => {
  const raw = Buffer.from(text, 'latin1');
  const edited = textOf(raw, 'hl7v2', 'ISO 8859-1').replace('^ADA', '^ADELA');
  const bytes = bytesOf(edited, 'hl7v2', raw, 'ISO 8859-1');
  expect(decode(bytes, 'ISO 8859-1')).toMatchObject({
    ok: true,
    text: expect.stringContaining('JOSÉ^ADELA') as string,
  });
});

test('and in UTF-8 where the feed has that', () => {
  const bytes = bytesOf(text, 'hl7v2', Buffer.from(text, 'utf8'), 'UTF-8');
  expect(bytes.toString('utf8')).toContain('JOSÉ');
});

test('a bundle that was edited tells of no more resources', () => {
  const letter = (entries: number) => ({ resourceType: 'Bundle', type: 'batch', entry: Array(entries).fill(entry) });
  const entry = { resource: { resourceType: 'Encounter' }, request: { method: 'POST', url: 'Encounter' } };
  const original = Buffer.from(JSON.stringify({ sender: 'feed', bundle: letter(1) }), 'utf8');
  expect(() => bytesOf(JSON.stringify(letter(2)), 'fhir', original, 'UTF-8')).toThrow(/valid|resources/);
  expect(() => bytesOf(JSON.stringify(letter(1)), 'fhir', original, 'UTF-8')).not.toThrow();
});

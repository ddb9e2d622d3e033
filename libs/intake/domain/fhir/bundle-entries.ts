import { typeOf } from './check.js';
import { error, type Issue } from './issue.js';
import type { Bundle } from './resources.js';
import type { Delivery, Statement } from './statement.js';
import { lookUpIn, type LookUp, type Raw } from './surroundings.js';

/** What one entry of a bundle is to us. */
export type Entry =
  /** Says something by itself. */
  | { readonly kind: 'encounter' | 'patient'; readonly raw: Raw; readonly statement: Statement }
  /** Is read with what refers to it, or not at all. */
  | { readonly kind: 'beside'; readonly raw: Raw; readonly reason: string }
  | { readonly kind: 'refused'; readonly raw: Raw; readonly status: 400 | 405; readonly issue: Issue };

const subjectOf = (encounter: unknown): string | undefined => {
  const subject: unknown =
    typeof encounter === 'object' && encounter !== null ? Reflect.get(encounter, 'subject') : undefined;
  const reference: unknown =
    typeof subject === 'object' && subject !== null ? Reflect.get(subject, 'reference') : undefined;
  return typeof reference === 'string' ? reference : undefined;
};

/** What each entry is: an Encounter says something by itself, a Patient if no Encounter refers to it. */
export const entriesOf = (bundle: Bundle, raws: readonly Raw[], delivery: Delivery): Entry[] => {
  const lookUp = lookUpIn(raws);
  const subjects = new Set(
    raws.flatMap(({ value }) => (typeOf(value) === 'Encounter' ? [lookUp(subjectOf(value) ?? '')?.value] : [])),
  );
  let nth = 0;
  return raws.map((raw, at): Entry => {
    const fault = bundle.type === 'message' ? undefined : requestFault(bundle.entry?.[at]?.request, raw, at);
    if (fault) return { kind: 'refused', raw, ...fault };
    const kind = typeOf(raw.value);
    if (kind === '')
      return {
        kind: 'refused',
        raw,
        status: 400,
        issue: error('structure', raw.path, 'is missing or has no resourceType', at),
      };
    if (kind === 'Patient' && subjects.has(raw.value))
      return { kind: 'beside', raw, reason: 'The Patient is read with the Encounter that refers to it.' };
    if (kind === 'Encounter' || kind === 'Patient') {
      const statement = statementOf(raw, nth, lookUp, delivery);
      nth += 1;
      return { kind: kind === 'Encounter' ? 'encounter' : 'patient', raw, statement };
    }
    return { kind: 'beside', raw, reason: besides.get(kind) ?? 'Resources of this kind are not kept here.' };
  });
};

/** A map, because a sender may call a kind `constructor`. */
const besides: ReadonlyMap<string, string> = new Map([
  ['Location', 'Locations are read with the Encounters that refer to them.'],
  ['Organization', 'Organizations are read with what refers to them.'],
  ['MessageHeader', 'The header of the message.'],
]);

const statementOf = (raw: Raw, nth: number, lookUp: LookUp, delivery: Delivery): Statement => ({
  value: raw.value,
  path: raw.path,
  ...(raw.entry === undefined ? {} : { entry: raw.entry }),
  nth,
  lookUp,
  delivery,
});

/** An entry is created or replaced; nothing here is read, changed in part or deleted. */
const requestFault = (
  request: { readonly method: string; readonly url: string } | undefined,
  { value }: Raw,
  at: number,
): { readonly status: 400 | 405; readonly issue: Issue } | undefined => {
  const path = `Bundle.entry[${String(at)}].request`;
  if (request === undefined) return { status: 400, issue: error('required', path, 'is missing', at) };
  if (request.method !== 'POST' && request.method !== 'PUT')
    return {
      status: 405,
      issue: error(
        'not-supported',
        `${path}.method`,
        'must be POST or PUT. A stay that never was is sent as entered-in-error',
        at,
      ),
    };
  const [, type = '', id] = /^([A-Za-z]+)(?:\/([A-Za-z0-9\-.]{1,64}))?(?:\?.*)?$/.exec(request.url) ?? [];
  if (type !== typeOf(value))
    return { status: 400, issue: error('value', `${path}.url`, 'does not name the type of the resource', at) };
  const own: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'id') : undefined;
  return request.method === 'PUT' && id !== undefined && own !== id
    ? { status: 400, issue: error('value', `${path}.url`, 'names another id than the resource', at) }
    : undefined;
};

import { entriesOf, type Entry } from './bundle-entries.js';
import { readBundle, readMessageHeader, typeOf } from './check.js';
import { error, type Issue } from './issue.js';
import type { Bundle, MessageHeader } from './resources.js';
import type { Delivery } from './statement.js';
import type { Raw } from './surroundings.js';

export const bundleTypes = ['message', 'transaction', 'batch'] as const;
export type BundleType = (typeof bundleTypes)[number];
const isTaken = (type: string): type is BundleType => bundleTypes.some((one) => one === type);

export interface Bundled {
  readonly type: BundleType;
  readonly bundle: Bundle;
  readonly header: MessageHeader | undefined;
  readonly entries: readonly Entry[];
}

export type ReadBundle =
  { readonly ok: true; readonly bundled: Bundled } | { readonly ok: false; readonly issue: Issue };

/** Only these are named by their type in what is said of them; what else stands there may be anything. */
const named = ['Encounter', 'Patient', 'Location', 'Organization', 'MessageHeader'];

const refused = (issue: Issue): ReadBundle => ({ ok: false, issue });

/** A message, a transaction or a batch, and what each of its entries is. */
export const openBundle = (value: unknown): ReadBundle => {
  if (typeOf(value) !== 'Bundle')
    return refused(error('structure', 'Bundle', 'is expected here: a resource whose resourceType is Bundle'));
  const checked = readBundle(value);
  if (!checked.ok) return refused(checked.issue);
  const bundle = checked.resource;
  const { type } = bundle;
  if (!isTaken(type)) return refused(error('not-supported', 'Bundle.type', `must be one of ${bundleTypes.join(', ')}`));
  const raws = (bundle.entry ?? []).map(({ resource, fullUrl }, entry): Raw => ({
    value: resource,
    path: named.includes(typeOf(resource)) ? typeOf(resource) : `Bundle.entry[${String(entry)}].resource`,
    entry,
    ...(fullUrl === undefined ? {} : { fullUrl }),
  }));
  const twice = firstTwice(raws);
  if (twice !== undefined) return refused(error('structure', 'Bundle.entry', 'has the same fullUrl twice', twice));
  const headed = headerOf(type, bundle, raws);
  if ('issue' in headed) return refused(headed.issue);
  const { header, delivery } = headed;
  return { ok: true, bundled: { type, bundle, header, entries: entriesOf(bundle, raws, delivery) } };
};

/** bdl-7: a fullUrl names one resource, else no reference could be followed. */
const firstTwice = (raws: readonly Raw[]): number | undefined => {
  const seen = new Set<string>();
  return raws.find(({ fullUrl }) => fullUrl !== undefined && (seen.has(fullUrl) || !seen.add(fullUrl)))?.entry;
};

/** The header of a message names it and its sender: what MSH-10, MSH-3 and MSH-4 do in HL7. */
const headerOf = (
  type: BundleType,
  { id, identifier, timestamp }: Bundle,
  [first]: readonly Raw[],
): { readonly header: MessageHeader | undefined; readonly delivery: Delivery } | { readonly issue: Issue } => {
  const timed = timestamp === undefined ? {} : { timestamp };
  if (type !== 'message') return { header: undefined, delivery: timed };
  if (first === undefined || typeOf(first.value) !== 'MessageHeader')
    return { issue: error('structure', 'Bundle.entry[0].resource', 'must be the MessageHeader of the message') };
  const checked = readMessageHeader(first.value);
  if (!checked.ok) return { issue: { ...checked.issue, entry: 0 } };
  const header = checked.resource;
  const name = header.id ?? identifier?.value ?? id;
  const source = header.source.name ?? header.source.endpoint;
  if (name === undefined)
    return {
      issue: error(
        'required',
        'MessageHeader.id',
        'is missing, and so is Bundle.identifier: the message could not be recognised when it comes again',
        0,
      ),
    };
  if (source === undefined)
    return {
      issue: error(
        'required',
        'MessageHeader.source',
        'has neither a name nor an endpoint: it does not say who sent it',
        0,
      ),
    };
  return { header, delivery: { ...timed, message: { id: name, source } } };
};

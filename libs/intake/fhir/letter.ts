import type { Bundled } from '../domain/fhir/bundle.js';
import type { Heard } from '../domain/fhir/statement.js';
import type { Kept, Raw } from '../domain/fhir/surroundings.js';
import { typeOf } from '../domain/fhir/check.js';

/** A bundle with what is read of it and nothing else, and whose account sent it: what a quarantine keeps, and can be taken again. */
export interface Letter {
  readonly sender: string;
  readonly bundle: unknown;
}

/** What was heard of one resource, and the resource. */
export interface Told {
  readonly raw: Raw;
  readonly heard: Heard;
}

const isContained = ({ raw }: Kept): boolean => raw.path.includes('.contained[');

const idOf = (resource: unknown): string | undefined => {
  const id: unknown = typeof resource === 'object' && resource !== null ? Reflect.get(resource, 'id') : undefined;
  return typeof id === 'string' ? id : undefined;
};

const entryOf = ({ fullUrl }: Raw, resource: unknown): object => {
  const id = idOf(resource);
  const type = typeOf(resource);
  return {
    ...(fullUrl === undefined ? {} : { fullUrl }),
    request: id === undefined ? { method: 'POST', url: type } : { method: 'PUT', url: `${type}/${id}` },
    resource,
  };
};

/** The letter of some of the resources of a bundle, with those they rest on. */
export const letterOf = (sender: string, told: readonly Told[], bundled: Bundled | undefined): Letter => {
  const entries = new Map<unknown, object>();
  for (const { raw, heard } of told) {
    const { resource, others } = heard.kept;
    const contained = others.filter(isContained).map((kept) => kept.resource);
    const whole =
      typeof resource === 'object' && resource !== null && contained.length > 0 ? { ...resource, contained } : resource;
    entries.set(raw.value, entryOf(raw, whole));
    for (const kept of others.filter((one) => !isContained(one)))
      if (!entries.has(kept.raw.value)) entries.set(kept.raw.value, entryOf(kept.raw, kept.resource));
  }
  const { header, bundle } = bundled ?? {};
  return {
    sender,
    bundle: {
      resourceType: 'Bundle',
      type: bundled?.type ?? 'batch',
      ...(bundle?.id === undefined ? {} : { id: bundle.id }),
      ...(bundle?.identifier === undefined ? {} : { identifier: bundle.identifier }),
      ...(bundle?.timestamp === undefined ? {} : { timestamp: bundle.timestamp }),
      entry: [...(header ? [{ resource: header }] : []), ...entries.values()],
    },
  };
};

export const readLetter = (raw: Buffer): Letter => {
  const value: unknown = JSON.parse(raw.toString('utf8'));
  if (typeof value !== 'object' || value === null || !('sender' in value) || !('bundle' in value))
    throw new Error('What was quarantined is no letter.');
  return { sender: String(value.sender), bundle: value.bundle };
};

import { readLocation, readOrganization, readPatient, typeOf, type Checked } from './check.js';
import type { Reference } from './datatypes.js';
import type { Reading, Root } from './reading.js';
import type { Location, Organization, Patient } from './resources.js';

/** A resource as it came, and where it stands. */
export interface Raw extends Root {
  readonly value: unknown;
  readonly fullUrl?: string;
}

/** Finds what a reference names; `undefined` when it did not come along. */
export type LookUp = (reference: string) => Raw | undefined;

const idOf = (value: unknown): string => {
  const id: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'id') : undefined;
  return typeof id === 'string' ? id : '';
};

/** The entries of a bundle by fullUrl, and by type and id: `urn:uuid:…`, `https://…/Patient/1`, `Patient/1`, `Patient/1/_history/2`. */
export const lookUpIn = (entries: readonly Raw[]): LookUp => {
  const byUrl = new Map<string, Raw>();
  const byId = new Map<string, Raw>();
  for (const entry of entries) {
    const id = idOf(entry.value);
    if (entry.fullUrl !== undefined) byUrl.set(entry.fullUrl, entry);
    if (id !== '') byId.set(`${typeOf(entry.value)}/${id}`, entry);
  }
  return (reference) => {
    const name = reference.replace(/\/_history\/[^/]*$/, '');
    return byUrl.get(name) ?? byId.get(name);
  };
};

/** The resources contained in another, by `#id`; everything else outside. */
export const withContained = (value: unknown, root: Root, outside: LookUp): LookUp => {
  const contained: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'contained') : undefined;
  const list: readonly unknown[] = Array.isArray(contained) ? contained.slice(0, 500) : [];
  const inside = new Map(
    list.map((one, at): [string, Raw] => [
      `#${idOf(one)}`,
      { value: one, ...rootIn(root, `contained[${String(at)}]`) },
    ]),
  );
  return (reference) => (reference.startsWith('#') ? inside.get(reference) : outside(reference));
};

const rootIn = ({ path, entry }: Root, element: string): Root => ({
  path: `${path}.${element}`,
  ...(entry === undefined ? {} : { entry }),
});

export interface Found<T> {
  readonly resource: T;
  readonly root: Root;
}

/** A resource that the statement rests on, as far as it is read. */
export interface Kept {
  readonly raw: Raw;
  readonly resource: unknown;
}

/** The resources around an Encounter, read when asked for. */
export class Surroundings {
  /** What was asked for and came along. */
  readonly used = new Map<unknown, Kept>();

  constructor(
    private readonly lookUp: LookUp,
    private readonly reading: Reading,
  ) {}

  patient(reference: Reference | undefined, root: Root, element: string): Found<Patient> | undefined {
    return this.find(reference, root, element, 'Patient', readPatient);
  }

  location(reference: Reference | undefined, root: Root, element: string): Found<Location> | undefined {
    return this.find(reference, root, element, 'Location', readLocation);
  }

  organization(reference: Reference | undefined, root: Root, element: string): Found<Organization> | undefined {
    return this.find(reference, root, element, 'Organization', readOrganization);
  }

  private find<T>(
    reference: Reference | undefined,
    root: Root,
    element: string,
    type: string,
    read: (value: unknown) => Checked<T>,
  ): Found<T> | undefined {
    const raw = reference?.reference === undefined ? undefined : this.lookUp(reference.reference);
    if (raw === undefined) return undefined;
    const checked = read(raw.value);
    if (typeOf(raw.value) !== type) {
      this.reading.fault(root, element, 'structure', `refers to a resource that is no ${type}`);
      return undefined;
    }
    const isNew = !this.used.has(raw.value);
    this.used.set(raw.value, { raw, resource: checked.ok ? checked.resource : checked.kept });
    if (checked.ok) return { resource: checked.resource, root: raw };
    // Said once, however many refer to it.
    if (isNew) this.reading.add({ ...checked.issue, ...placed(checked.issue.path, type, raw) });
    return undefined;
  }
}

/** `Location.name` of a contained one is `Encounter.contained[0].name`. */
const placed = (path: string, type: string, { path: root, entry }: Root): { path: string; entry?: number } => ({
  path: `${root}${path.slice(type.length)}`,
  ...(entry === undefined ? {} : { entry }),
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StructureDefinition } from 'fhir/r4.js';
import { libsFolder } from '#libs/platform/root.js';

/** The extensions that are ours, as they are published: `libs/intake/fhir/definitions`. */
export const definitionIds = ['criteria-to-reside', 'expected-discharge-date', 'taken'] as const;

const isDefinition = (value: unknown): value is StructureDefinition =>
  typeof value === 'object' && value !== null && Reflect.get(value, 'resourceType') === 'StructureDefinition';

const read = (id: string): StructureDefinition => {
  const path = join(libsFolder, 'intake', 'fhir', 'definitions', `${id}.json`);
  const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (!isDefinition(value)) throw new Error(`${path} is no StructureDefinition.`);
  return value;
};

export const definitions: ReadonlyMap<string, StructureDefinition> = new Map(definitionIds.map((id) => [id, read(id)]));

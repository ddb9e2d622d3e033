/** A place in a message: a component of a field, or of the value (OBX-5) of the observation of that code (OBX-3.1). */
export type FieldPath =
  | { readonly segment: string; readonly field: number; readonly component: number }
  | { readonly observation: string; readonly component: number };

/**
 * `PV1-37`, `ZU1-24`, `ZDS-3.2`: segment, field and component, from 1; the first where none is named. `OBX[DRD]`, `OBX[DRD].2`: of the
 * observation of that code. Only of segments that hold nothing of who somebody is.
 */
export const fieldPathPattern =
  '^(?:(?:PV1|PV2|Z[A-Z0-9]{2})-[1-9][0-9]{0,2}|OBX\\[[^\\]\\[|^~\\\\&]{1,80}\\])(?:\\.[1-9][0-9]?)?$';

const inField = /^([A-Z][A-Z0-9]{2})-(\d+)(?:\.(\d+))?$/;
const inObservation = /^OBX\[([^\]]+)\](?:\.(\d+))?$/;

/** @throws when the text is not of `fieldPathPattern`. */
export const fieldPathOf = (text: string): FieldPath => {
  const observation = inObservation.exec(text);
  if (observation?.[1] !== undefined)
    return { observation: observation[1].trim(), component: Number(observation[2] ?? 1) };
  const field = inField.exec(text);
  if (field?.[1] === undefined) throw new Error('Not a place in a message.');
  return { segment: field[1], field: Number(field[2]), component: Number(field[3] ?? 1) };
};

/** As it is written in reasons: without a component when it is the first. */
export const nameOfPath = (path: FieldPath): string => {
  const component = path.component === 1 ? '' : `.${String(path.component)}`;
  return 'observation' in path
    ? `OBX[${path.observation}]${component}`
    : `${path.segment}-${String(path.field)}${component}`;
};

/** The field of the standard that a place is in, by the name it has in reasons: `OBX-5` of `OBX[DRD].2`, `ZDS-3` of `ZDS-3.2`. */
export const fieldOfName = (name: string): string => (name.startsWith('OBX[') ? 'OBX-5' : (name.split('.')[0] ?? name));

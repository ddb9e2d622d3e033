import type { Delimiters } from './reader.js';
import { isFrom } from './version.js';

export interface ErrorTold {
  readonly rejected: boolean;
  /** `PV1-44`, `MRG`; `message` when no field is meant. */
  readonly field: string;
  /** A sentence that holds nothing of the message. */
  readonly reason: string;
  readonly version: string;
}

type Condition = readonly [code: string, text: string];

/** HL7 table 0357, coarse on purpose: engines sort by it, people read the sentence. */
const conditionOf = ({ field, reason, rejected }: ErrorTold): Condition => {
  if (field === 'message') return ['207', 'Application internal error'];
  if (/\b(?:is empty|has no|does not (?:say|name)|names the)\b/.test(reason)) return ['101', 'Required field missing'];
  if (field === 'MSH-9') return ['201', 'Unsupported event code'];
  if (field === 'MSH-11') return ['202', 'Unsupported processing id'];
  if (rejected) return ['207', 'Application internal error'];
  return ['102', 'Data type error'];
};

/**
 * Where and why a message was not taken. From version 2.5 ERR-2 is the place, ERR-3 the condition, ERR-4 how bad, ERR-8 a sentence for people;
 * before that ERR-1 is the place with the condition.
 */
export const errorSegment = (told: ErrorTold, by: Delimiters, escaped: (text: string) => string): string => {
  const [code, text] = conditionOf(told);
  const [segment = '', number = ''] = told.field === 'message' ? [] : told.field.split('-');
  const place = segment === '' ? [] : [segment, '1', ...(number === '' ? [] : [number])];
  const c = by.component;
  if (isFrom(told.version, '2.5'))
    return ['ERR', '', place.join(c), [code, text, 'HL70357'].join(c), 'E', '', '', '', escaped(told.reason)].join(
      by.field,
    );
  const padded = [...place, '', '', ''].slice(0, 3);
  // Without a subcomponent separator only the code can be said.
  const condition = by.subcomponent === '' ? code : [code, text, 'HL70357'].join(by.subcomponent);
  return ['ERR', [...padded, condition].join(c)].join(by.field);
};

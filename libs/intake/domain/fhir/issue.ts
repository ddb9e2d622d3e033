import type { FaultCode } from '../fault-words.js';
import type { Fault } from '../understood.js';

/** OperationOutcome.issue.code, as far as it is used here (FHIR R4, value set issue-type). */
export type IssueCode =
  | 'structure'
  | 'required'
  | 'value'
  | 'code-invalid'
  | 'not-supported'
  | 'business-rule'
  | 'conflict'
  | 'duplicate'
  | 'forbidden'
  | 'not-found'
  | 'too-costly'
  | 'exception'
  | 'informational';

/** One thing to say of a resource: where it stands, and a sentence an engineer of the trust understands. Never the value. */
export interface Issue {
  readonly severity: 'error' | 'warning' | 'information';
  readonly code: IssueCode;
  /** The element, from its resource: `Encounter.period.start`. */
  readonly path: string;
  readonly text: string;
  /** The entry of the bundle that holds the resource. */
  readonly entry?: number;
}

export const isError = ({ severity }: Issue): boolean => severity === 'error';

const faultCodes: Readonly<Record<IssueCode, FaultCode>> = {
  structure: 'not-as-agreed',
  required: 'value-missing',
  value: 'wrong-value',
  'code-invalid': 'unknown-code',
  'not-supported': 'not-as-agreed',
  'business-rule': 'test-person',
  conflict: 'contradiction',
  duplicate: 'contradiction',
  forbidden: 'not-as-agreed',
  'not-found': 'value-missing',
  'too-costly': 'too-long',
  exception: 'our-fault',
  informational: 'not-as-agreed',
};

const codeOf = ({ code, path, text }: Issue): FaultCode => {
  if (code === 'conflict' && /two NHS numbers/.test(text)) return 'two-nhs-numbers';
  const isOfTime = /(?:period(?:\.\w+)?|[dD]ate(?:Time)?|lastUpdated|timestamp)$/.test(path);
  if (code === 'value' && isOfTime) return 'wrong-date';
  return code === 'required' && isOfTime ? 'date-missing' : faultCodes[code];
};

/** Why a resource waits in quarantine: the first thing that is wrong with it. */
export const faultOf = (issue: Issue | undefined, path: string, otherwise: string): Fault =>
  issue
    ? { code: codeOf(issue), field: issue.path, reason: issue.text }
    : { code: 'not-as-agreed', field: path, reason: otherwise };

/** `what` continues the name of the element. */
export const error = (code: Issue['code'], path: string, what: string, entry?: number): Issue => ({
  severity: 'error',
  code,
  path,
  text: `${path} ${what}.`,
  ...(entry === undefined ? {} : { entry }),
});

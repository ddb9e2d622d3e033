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

/** `what` continues the name of the element. */
export const error = (code: Issue['code'], path: string, what: string, entry?: number): Issue => ({
  severity: 'error',
  code,
  path,
  text: `${path} ${what}.`,
  ...(entry === undefined ? {} : { entry }),
});

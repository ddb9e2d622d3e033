import type { Extension, OperationOutcome, OperationOutcomeIssue } from 'fhir/r4.js';
import type { Issue } from '../domain/fhir/issue.js';
import { takenExtension } from '../domain/fhir/urls.js';
import type { Taken } from '../taking/taken.js';
import type { EntryOutcome } from './outcomes.js';

/** Where an issue stands: in its resource, or, of a bundle that is answered as a whole, in the bundle. */
export type Within = 'resource' | 'bundle';

const expressionOf = ({ path, entry }: Issue, within: Within): string =>
  within === 'bundle' && entry !== undefined && !path.startsWith('Bundle')
    ? `Bundle.entry[${String(entry)}].resource${path.replace(/^[A-Za-z]+/, '')}`
    : path;

const shownIssue = (issue: Issue, within: Within): OperationOutcomeIssue => {
  const expression = expressionOf(issue, within);
  return {
    severity: issue.severity,
    code: issue.code,
    details: { text: issue.text },
    ...(expression === '' ? {} : { expression: [expression] }),
  };
};

/** How it was taken, for programs: what HL7 says in an acknowledgement, the stay, and how far the log has to be read to see it. */
const takenAs = ({ ack, controlId, stayId, flags = [], position }: Taken): Extension => ({
  url: takenExtension,
  extension: [
    { url: 'acknowledgement', valueCode: ack },
    ...(controlId === null ? [] : [{ url: 'controlId', valueString: controlId }]),
    ...(stayId === undefined ? [] : [{ url: 'stayId', valueString: stayId }]),
    ...flags.map((flag) => ({ url: 'flag', valueCode: flag })),
    ...(position === undefined ? [] : [{ url: 'position', valueString: position }]),
  ],
});

const nothingWrong: Issue = { severity: 'information', code: 'informational', path: '', text: 'All is well.' };

/** What there is to say, as FHIR says it. */
export const operationOutcome = (
  { issues, taken }: Pick<EntryOutcome, 'issues' | 'taken'>,
  within: Within = 'resource',
): OperationOutcome => ({
  resourceType: 'OperationOutcome',
  ...(taken ? { extension: [takenAs(taken)] } : {}),
  issue: (issues.length > 0 ? issues : [nothingWrong]).map((issue) => shownIssue(issue, within)),
});

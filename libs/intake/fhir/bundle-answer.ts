import type { Bundle, BundleEntry, MessageHeader as ShownHeader } from 'fhir/r4.js';
import { isError } from '../domain/fhir/issue.js';
import type { MessageHeader } from '../domain/fhir/resources.js';
import { operationOutcome } from './operation-outcome.js';
import type { EntryOutcome } from './outcomes.js';

const statusLines: Readonly<Record<EntryOutcome['status'], string>> = {
  200: '200 OK',
  201: '201 Created',
  400: '400 Bad Request',
  403: '403 Forbidden',
  405: '405 Method Not Allowed',
  422: '422 Unprocessable Entity',
  424: '424 Failed Dependency',
};

/** The answer to a batch or a transaction: what became of each entry, in their order. */
export const entriesAnswer = (type: 'batch' | 'transaction', outcomes: readonly EntryOutcome[]): Bundle => ({
  resourceType: 'Bundle',
  type: `${type}-response`,
  entry: outcomes.map((outcome): BundleEntry => ({
    response: {
      status: statusLines[outcome.status],
      ...(outcome.taken?.stayId === undefined ? {} : { location: `Encounter/${outcome.taken.stayId}` }),
      outcome: operationOutcome(outcome),
    },
  })),
});

/** All that is wrong with a transaction, as one outcome. */
export const refusalOf = (outcomes: readonly EntryOutcome[]): EntryOutcome => {
  const issues = outcomes.flatMap((outcome) => outcome.issues);
  const taken = outcomes.flatMap((outcome) => outcome.taken ?? [])[0];
  const statuses = outcomes.map(({ status }) => status);
  const status = ([400, 405, 403] as const).find((one) => statuses.includes(one)) ?? 422;
  const faults = issues.filter(({ severity }) => severity !== 'information');
  return { status: status === 405 ? 400 : status, issues: faults, ...(taken ? { taken } : {}) };
};

export interface MessageAnswer {
  readonly request: MessageHeader;
  readonly outcomes: readonly EntryOutcome[];
  readonly timestamp: string;
  /** Where messages are sent to. */
  readonly endpoint: string;
  readonly newId: () => string;
}

/** The answer to a message is a message: what HL7 v2 says in MSA stands in `MessageHeader.response`. */
export const messageAnswer = ({ request, outcomes, timestamp, endpoint, newId }: MessageAnswer): Bundle => {
  const [id, outcomeId] = [newId(), newId()];
  const isRefused = outcomes.some(({ issues }) => issues.some(isError));
  const outcome = isRefused
    ? operationOutcome(refusalOf(outcomes), 'bundle')
    : operationOutcome({ issues: outcomes.flatMap(({ issues }) => issues), ...takenOf(outcomes) }, 'bundle');
  const header: ShownHeader = {
    resourceType: 'MessageHeader',
    id,
    ...(request.eventCoding
      ? { eventCoding: { ...request.eventCoding } }
      : { eventUri: request.eventUri ?? 'urn:homeward:encounter' }),
    source: { name: 'Homeward', endpoint },
    response: {
      identifier: request.id ?? id,
      code: isRefused ? 'fatal-error' : 'ok',
      details: { reference: `urn:uuid:${outcomeId}` },
    },
  };
  return {
    resourceType: 'Bundle',
    type: 'message',
    timestamp,
    entry: [
      { fullUrl: `urn:uuid:${id}`, resource: header },
      { fullUrl: `urn:uuid:${outcomeId}`, resource: outcome },
    ],
  };
};

const takenOf = (outcomes: readonly EntryOutcome[]): Pick<EntryOutcome, 'taken'> => {
  const taken = outcomes.flatMap((outcome) => outcome.taken ?? []).at(-1);
  return taken ? { taken } : {};
};

/** Whether a transaction was taken. */
export const isTaken = (outcomes: readonly EntryOutcome[]): boolean => outcomes.every(({ status }) => status < 300);

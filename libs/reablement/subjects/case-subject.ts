import type { CaseEvent } from '#libs/contracts/discharge/case-events.js';
import type { Recorded } from '#libs/event-store/decider.js';
import { struckEntries, type Mark } from '#libs/nhs/marks.js';
import type { CaseFacts } from '../domain/reconcile.js';

/** The events of a case that reablement reads, without anything personal. */
export const caseTypes = [
  'CaseReferred',
  'CaseLinkedToStay',
  'PathwayAssigned',
  'CaseDischarged',
  'DischargeReversed',
  'EntryMarkedInError',
] as const;

type Entry =
  | { readonly eventId: string; readonly type: 'link'; readonly stayId: string | null }
  | { readonly eventId: string; readonly type: 'pathway'; readonly pathway: number }
  | {
      readonly eventId: string;
      readonly type: 'discharge';
      readonly by: 'ward' | 'hand';
      readonly at: string;
      readonly destinationCode: string | null;
      readonly methodCode: string | null;
    }
  | { readonly eventId: string; readonly type: 'reversal' };

export interface CaseSubject {
  readonly kind: 'case';
  readonly caseId: string;
  readonly personId: string;
  readonly hospital: string;
  readonly entries: readonly Entry[];
  /** What was marked in error, in the order it was. */
  readonly inError: readonly Mark[];
}

const entryOf = (event: Recorded<CaseEvent>): Entry | null => {
  const { eventId } = event;
  switch (event.type) {
    case 'CaseLinkedToStay':
      return { eventId, type: 'link', stayId: event.data.stayId };
    case 'PathwayAssigned':
      return { eventId, type: 'pathway', pathway: event.data.pathway };
    case 'CaseDischarged': {
      const { by, dischargedAt, destinationCode, methodCode } = event.data;
      return { eventId, type: 'discharge', by, at: dischargedAt, destinationCode, methodCode };
    }
    case 'DischargeReversed':
      return { eventId, type: 'reversal' };
    default:
      return null;
  }
};

export const evolveCase = (subject: CaseSubject | null, event: Recorded<CaseEvent>): CaseSubject | null => {
  if (event.type === 'CaseReferred') {
    const caseId = event.streamId.slice('case-'.length);
    return {
      kind: 'case',
      caseId,
      personId: event.personId ?? '',
      hospital: event.data.hospital,
      entries: [],
      inError: [],
    };
  }
  if (subject === null) return null;
  if (event.type === 'EntryMarkedInError') {
    const mark = { eventId: event.eventId, marks: event.data.eventId };
    return { ...subject, inError: [...subject.inError, mark] };
  }
  const entry = entryOf(event);
  return entry ? { ...subject, entries: [...subject.entries, entry] } : subject;
};

/** The case as it counts now: the last link, pathway and discharge that were neither reversed nor marked in error. */
export const caseFactsOf = (subject: CaseSubject): CaseFacts => {
  let facts: CaseFacts = { caseId: subject.caseId, stayId: null, discharge: null, pathway: null };
  const struck = struckEntries(subject.inError);
  for (const entry of subject.entries) {
    if (struck.has(entry.eventId)) continue;
    if (entry.type === 'link') facts = { ...facts, stayId: entry.stayId };
    if (entry.type === 'pathway') facts = { ...facts, pathway: entry.pathway };
    if (entry.type === 'reversal') facts = { ...facts, discharge: null };
    if (entry.type === 'discharge') {
      const { at, destinationCode, methodCode } = entry;
      facts = { ...facts, discharge: { at, destinationCode, methodCode } };
    }
  }
  return facts;
};

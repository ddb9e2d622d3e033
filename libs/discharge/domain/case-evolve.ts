import type { CaseBody, CaseEntry, CaseRecord, CaseState, EntryOf } from './case-state.js';
import { noCase, statusOf } from './case-state.js';

const casePrefix = 'case-';

/** Entries written by policies follow from facts elsewhere; what people enter does not. */
export const isByPolicy = ({ metadata }: CaseEntry): boolean => metadata.source.startsWith('policy:');

/** The entries that stopped counting. A mark may itself have been a mistake: later marks are looked at first. */
export const markedInError = (history: readonly CaseEntry[]): ReadonlySet<string> => {
  const marked = new Set<string>();
  for (const entry of history.toReversed())
    if (entry.type === 'EntryMarkedInError' && !marked.has(entry.eventId)) marked.add(entry.data.eventId);
  return marked;
};

const referred = (entry: EntryOf<'CaseReferred'>): CaseBody => ({
  caseId: entry.streamId.slice(casePrefix.length),
  personId: entry.personId ?? '',
  hospital: entry.data.hospital,
  referredAt: entry.occurredAt,
  referralPosition: entry.position,
  link: null,
  accepted: false,
  worked: false,
  worker: null,
  pathway: null,
  delays: new Map(),
  actions: new Map(),
  escalations: new Map(),
  criteria: [],
  handPause: { holds: false, changedAt: null },
  criteriaPause: { holds: false, changedAt: null },
  discharge: null,
  dischargedByHand: null,
  withdrawnByHand: null,
  admissionCancelled: false,
  closedByHand: null,
  death: null,
  mergedInto: null,
  readmissions: new Map(),
  disregarded: new Set(),
});

const put = <K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> => new Map(map).set(key, value);

const discharged = (body: CaseBody, entry: EntryOf<'CaseDischarged'>): CaseBody => {
  const { by, stayId, dischargedAt, destinationCode, methodCode } = entry.data;
  const discharge = { by, stayId, dischargedAt, destinationCode, methodCode };
  // Where the ward's word fell away, the policy restores the team's own: that is no new word of the team.
  return {
    ...body,
    discharge,
    dischargedByHand: by === 'hand' && !isByPolicy(entry) ? discharge : body.dischargedByHand,
  };
};

const closed = (body: CaseBody, entry: EntryOf<'CaseClosed'>): CaseBody => {
  const { by, diedAt, keptCaseId } = entry.data;
  if (by === 'merged') return { ...body, mergedInto: { caseId: keptCaseId ?? null } };
  // A death that a person entered is theirs to take back, not the ward's.
  if (by === 'death' && isByPolicy(entry)) return { ...body, death: { diedAt } };
  return { ...body, closedByHand: entry.occurredAt };
};

const reopened = (body: CaseBody, { data: { undoes } }: EntryOf<'CaseReopened'>): CaseBody => {
  switch (undoes) {
    case 'admission-cancelled':
      return { ...body, admissionCancelled: false };
    case 'death':
      return { ...body, death: null };
    case 'merged':
      return { ...body, mergedInto: null };
  }
};

const delayEnded = (body: CaseBody, entry: EntryOf<'DelayEnded'>): CaseBody => {
  const delay = body.delays.get(entry.data.delayId);
  if (!delay || delay.ended) return body;
  const ended = { at: entry.occurredAt, position: entry.position };
  return { ...body, delays: put(body.delays, delay.delayId, { ...delay, ended }) };
};

const takenBack = (body: CaseBody, stayId: string): CaseBody => {
  const readmissions = new Map(body.readmissions);
  readmissions.delete(stayId);
  return { ...body, readmissions };
};

const applied = (body: CaseBody, entry: Exclude<CaseEntry, { readonly type: 'CaseReferred' }>): CaseBody => {
  switch (entry.type) {
    case 'CaseLinkedToStay': {
      const { stayId, admittedAt } = entry.data;
      return { ...body, link: stayId === null ? null : { stayId, admittedAt } };
    }
    case 'CriteriaToResideRecorded': {
      const { eventId, occurredAt, recordedAt, data } = entry;
      return { ...body, criteria: [...body.criteria, { eventId, meets: data.meets, at: occurredAt, recordedAt }] };
    }
    case 'CaseAccepted':
      return { ...body, accepted: true };
    case 'CaseWorkerAssigned':
      return { ...body, worker: entry.data.worker };
    case 'PathwayAssigned':
      return { ...body, worked: true, pathway: entry.data.pathway };
    case 'DelayStarted': {
      const { delayId, reason, anticipated } = entry.data;
      const { occurredAt: startedAt, position } = entry;
      const delay = { delayId, reason, anticipated, startedAt, position, ended: null };
      return { ...body, worked: true, delays: put(body.delays, delayId, delay) };
    }
    case 'DelayEnded':
      return delayEnded(body, entry);
    case 'ActionRaised':
      return { ...body, worked: true, actions: put(body.actions, entry.data.actionId, 'open') };
    case 'ActionCompleted':
      return body.actions.has(entry.data.actionId)
        ? { ...body, actions: put(body.actions, entry.data.actionId, 'done') }
        : body;
    case 'CaseEscalated':
      return { ...body, escalations: put(body.escalations, entry.data.escalationId, 'open') };
    case 'EscalationResolved':
      return body.escalations.has(entry.data.escalationId)
        ? { ...body, escalations: put(body.escalations, entry.data.escalationId, 'resolved') }
        : body;
    case 'CasePaused':
    case 'CaseResumed': {
      const pause = { holds: entry.type === 'CasePaused', changedAt: entry.occurredAt };
      return entry.data.by === 'hand' ? { ...body, handPause: pause } : { ...body, criteriaPause: pause };
    }
    case 'CaseDischarged':
      return discharged(body, entry);
    case 'DischargeReversed':
      return { ...body, discharge: null };
    case 'ReferralWithdrawn':
      return entry.data.by === 'hand'
        ? { ...body, withdrawnByHand: entry.occurredAt }
        : { ...body, admissionCancelled: true };
    case 'CaseClosed':
      return closed(body, entry);
    case 'CaseReopened':
      return reopened(body, entry);
    case 'ReadmissionNoted':
      return { ...body, readmissions: put(body.readmissions, entry.data.stayId, entry.data.admittedAt) };
    case 'ReadmissionTakenBack':
      return takenBack(body, entry.data.stayId);
    case 'EntryMarkedInError':
      // The team's own entries are left out of the fold; the ward's stand in another stream.
      return { ...body, disregarded: new Set([...body.disregarded, entry.data.eventId]) };
    case 'ExpectedDischargeDateChanged':
    case 'InvolvementRecorded':
    case 'CarersAssessmentOffered':
    case 'ChoiceDiscussed':
      return body;
  }
};

const next = (state: CaseState, entry: CaseEntry): CaseState => {
  if (entry.type === 'CaseReferred') return state.status === 'none' ? statusOf(referred(entry)) : state;
  return state.status === 'none' ? state : statusOf(applied(state.body, entry));
};

/** The state of a history in which the entries marked in error never stood. */
export const foldCase = (history: readonly CaseEntry[]): CaseState => {
  const marked = markedInError(history);
  return history
    .filter(({ eventId }) => !marked.has(eventId))
    .reduce<CaseState>((state, entry) => next(state, entry), noCase.state);
};

/** A mark folds everything anew; every other entry builds on what is there. */
export const evolveCase = (record: CaseRecord, entry: CaseEntry): CaseRecord => {
  const history = [...record.history, entry];
  return { history, state: entry.type === 'EntryMarkedInError' ? foldCase(history) : next(record.state, entry) };
};

import { actionsAt, dueBy } from '../board/domain/actions.js';
import { requestsAt } from '../board/domain/brokerage.js';
import { expectedDates } from '../board/domain/expected-date.js';
import type { CaseHistory } from '../board/domain/history.js';
import { delaysOfCase, type CaseAt } from '../board/domain/row-at.js';
import { daysBetween, londonDate } from '#libs/nhs/index.js';
import type { CaseEntry, EntryOf } from './case-entries.js';

type Entries = readonly CaseEntry[];

/** Both clocks and the actor of an entry, beside what it says. */
const stamped = <D extends object>({ eventId, occurredAt, recordedAt, metadata }: CaseEntry, said: D) => ({
  eventId,
  ...said,
  occurredAt,
  recordedAt,
  actor: metadata.actor,
  source: metadata.source,
});

const byOccurrence = (a: CaseEntry, b: CaseEntry): number =>
  a.occurredAt < b.occurredAt ? -1 : a.occurredAt > b.occurredAt ? 1 : a.revision - b.revision;

/**
 * What a case holds beside its row, as it stood at both clocks: needs, histories, actions, escalations, requests.
 * Texts are still sealed; the edge opens the whole answer at once.
 */
export const caseParts = (entries: Entries, history: CaseHistory, at: CaseAt) => {
  const { clocks, facts } = at;
  const counting = new Set(
    [...new Set(entries.map(({ type }) => type))].flatMap((type) =>
      facts.of(type).flatMap((fact) => (fact.occurredAt <= clocks.asOf ? [fact.eventId] : [])),
    ),
  );
  const of = <T extends CaseEntry['type']>(type: T): readonly EntryOf<T>[] =>
    entries
      .filter((entry): entry is EntryOf<T> => entry.type === type && counting.has(entry.eventId))
      .sort(byOccurrence);
  const referral = of('CaseReferred').at(0);
  const involvement = of('InvolvementRecorded');
  return {
    needs: referral?.data.needs ?? null,
    involvement: involvement.at(-1)?.data.involvement ?? referral?.data.involvement ?? null,
    referredBy: referral?.data.referredBy ?? null,
    previousCaseId: referral?.data.previousCaseId ?? null,
    histories: {
      pathway: of('PathwayAssigned').map((entry) => stamped(entry, entry.data)),
      criteriaToReside: criteriaHistory(of('CriteriaToResideRecorded'), at),
      expectedDischargeDate: expectedDates(facts, at.begun, clocks.asOf),
      delays: delayHistory(of('DelayStarted'), at),
      owner: of('CaseWorkerAssigned').map((entry) =>
        stamped(entry, { person: entry.data.worker, organisation: entry.data.organisation }),
      ),
      involvement: involvement.map((entry) => stamped(entry, entry.data)),
      choice: of('ChoiceDiscussed').map((entry) => stamped(entry, entry.data)),
      carersAssessment: of('CarersAssessmentOffered').map((entry) => stamped(entry, entry.data)),
      pauses: [...of('CasePaused'), ...of('CaseResumed')]
        .sort(byOccurrence)
        .map((entry) => stamped(entry, { type: entry.type, ...entry.data })),
    },
    actions: actionsAt(facts, clocks.asOf).map((action) => ({
      ...action,
      ...textsOfAction(of('ActionRaised'), action.actionId),
      overdue: action.completedAt === null && dueBy(action.due) < clocks.asOf,
    })),
    escalations: of('CaseEscalated').map((entry) =>
      stamped(entry, {
        ...entry.data,
        resolvedAt:
          of('EscalationResolved').find(({ data }) => data.escalationId === entry.data.escalationId)?.occurredAt ??
          null,
      }),
    ),
    requests: requestsAt(history.requests, clocks),
  };
};

const textsOfAction = (raised: readonly EntryOf<'ActionRaised'>[], actionId: string) => {
  const entry = raised.find(({ data }) => data.actionId === actionId);
  return entry ? { eventId: entry.eventId, what: entry.data.what, owner: entry.data.owner } : {};
};

/** What holds, in effective order, from the feed and from the team. */
const criteriaHistory = (recorded: readonly EntryOf<'CriteriaToResideRecorded'>[], at: CaseAt) =>
  at.criteria.history.map(({ meets, at: since, recordedAt, origin, eventId }) => {
    const entry = recorded.find((one) => one.eventId === eventId);
    const said = at.begun?.criteria.find((one) => one.eventId === eventId);
    return {
      eventId,
      meets,
      at: since,
      recordedAt,
      origin,
      codes: entry?.data.codes ?? said?.codes ?? [],
      reason: entry?.data.reason ?? null,
      assessor: entry?.data.assessor ?? null,
    };
  });

/** Every delay as a span; one that is anticipated and has not opened has no `since`. */
const delayHistory = (started: readonly EntryOf<'DelayStarted'>[], at: CaseAt) => {
  const today = londonDate(at.clocks.asOf);
  return delaysOfCase(at).map(({ span, ...delay }) => {
    const entry = started.find(({ data }) => data.delayId === delay.delayId);
    const opened = span !== null && span.from <= at.clocks.asOf ? span : null;
    const until = opened?.to !== null && opened?.to !== undefined && opened.to <= at.clocks.asOf ? opened.to : null;
    return {
      ...delay,
      eventId: entry?.eventId ?? null,
      note: entry?.data.note ?? null,
      since: opened?.from ?? null,
      until,
      days: opened ? daysBetween(londonDate(opened.from), until === null ? today : londonDate(until)) : null,
    };
  });
};

export type CaseParts = ReturnType<typeof caseParts>;

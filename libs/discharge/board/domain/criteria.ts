import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import { criteriaOf, currentRun, dischargeReadyDate, type CriteriaFact } from '#libs/nhs/index.js';
import type { Facts } from './counting.js';

export interface CriteriaAt {
  /** What was said by `asOf`, in effective order: delays are held against it. */
  readonly history: readonly CriteriaFact[];
  /** Null while nobody said. Stays after the discharge. */
  readonly toReside: { readonly meets: boolean; readonly since: string } | null;
  readonly readyDate: string | null;
  /** Ready dates that cannot be: ignored, and shown. */
  readonly faults: number;
}

/** The union of what the feed said and what the team recorded (metrics.md §1), as it stood at `asOf`. */
export const criteriaAt = (
  facts: Facts,
  stay: StayBlock | null,
  inError: ReadonlySet<string>,
  { asOf, knownAt, leftAt }: { readonly asOf: string; readonly knownAt: string; readonly leftAt: string | null },
): CriteriaAt => {
  const said = [
    ...facts.of('CriteriaToResideRecorded').map((fact): CriteriaFact => ({
      meets: fact.data.meets,
      at: fact.occurredAt,
      recordedAt: fact.recordedAt,
      origin: 'team',
      eventId: fact.eventId,
    })),
    ...(stay?.criteria ?? [])
      .filter((entry) => !inError.has(entry.eventId))
      .map((entry): CriteriaFact => ({
        meets: entry.meets,
        at: entry.at,
        recordedAt: entry.sourceRecordedAt,
        sourceRecordedAt: entry.sourceRecordedAt,
        controlId: entry.controlId,
        readyDate: entry.readyDate,
        origin: 'feed',
        eventId: entry.eventId,
      })),
  ].filter((fact) => fact.at <= asOf);
  const admittedAt = stay?.admittedAt ?? null;
  const dischargedAt = leftAt !== null && leftAt <= asOf ? leftAt : null;
  const history = criteriaOf(said, { admittedAt, dischargedAt, knownAt }).entries;
  const run = currentRun(history, dischargedAt ?? asOf);
  const ready = dischargeReadyDate({ facts: said, admittedAt, dischargedAt, asOf, knownAt });
  return { history, toReside: run, readyDate: ready.date, faults: ready.faults };
};

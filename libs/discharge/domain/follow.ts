import type { CaseEvent } from '#libs/contracts/discharge/case-events.js';
import type { HappenedOf } from '#libs/event-store/decider.js';
import { compareInstants } from '#libs/nhs/index.js';
import { isOpen, statusOf, type CaseBody, type Discharge } from './case-state.js';
import type { Wanted } from './wanted.js';

/** The event that made the policy look: what it writes carries ids made from it, so that a flapping ward is followed every time. */
export interface Cause {
  readonly eventId: string;
  readonly occurredAt: string;
  readonly recordedAt: string;
}

type Happening = HappenedOf<CaseEvent>;
type Undated = Happening extends infer H ? (H extends Happening ? Omit<H, 'occurredAt' | 'eventId'> : never) : never;
type Dated = { readonly what: Undated; readonly at: string | null };

const sameDischarge = (a: Discharge | null, b: Discharge | null): boolean =>
  a === b ||
  (a !== null &&
    b !== null &&
    a.by === b.by &&
    a.stayId === b.stayId &&
    a.dischargedAt === b.dischargedAt &&
    a.destinationCode === b.destinationCode &&
    a.methodCode === b.methodCode);

const later = (a: string, b: string | null): string => (b !== null && compareInstants(a, b) < 0 ? b : a);

const linked = ({ link, referredAt }: CaseBody, { stay }: Wanted): Dated[] => {
  if ((stay?.block.stayId ?? null) === (link?.stayId ?? null)) return [];
  const admittedAt = stay?.block.admittedAt ?? null;
  return [
    {
      what: { type: 'CaseLinkedToStay', data: { stayId: stay?.block.stayId ?? null, admittedAt } },
      at: stay ? later(referredAt, admittedAt) : null,
    },
  ];
};

const takenBack = (body: CaseBody, wanted: Wanted): Dated[] => {
  const reopen = (undoes: 'admission-cancelled' | 'death' | 'merged'): Dated => ({
    what: { type: 'CaseReopened', data: { undoes } },
    at: null,
  });
  return [
    ...(body.admissionCancelled && !wanted.admissionCancelled ? [reopen('admission-cancelled')] : []),
    ...(body.death && !wanted.death ? [reopen('death')] : []),
    ...(body.mergedInto && wanted.mergedInto === null ? [reopen('merged')] : []),
  ];
};

const discharged = ({ discharge }: CaseBody, wanted: Wanted): Dated[] => {
  if (sameDischarge(discharge, wanted.discharge)) return [];
  if (wanted.discharge)
    return [{ what: { type: 'CaseDischarged', data: wanted.discharge }, at: wanted.discharge.dischargedAt }];
  return [{ what: { type: 'DischargeReversed', data: { stayId: discharge?.stayId ?? null } }, at: null }];
};

const ended = (body: CaseBody, wanted: Wanted): Dated[] => {
  const found: Dated[] = [];
  if (wanted.admissionCancelled && !body.admissionCancelled)
    found.push({ what: { type: 'ReferralWithdrawn', data: { by: 'admission-cancelled', reason: null } }, at: null });
  if (wanted.mergedInto !== null && body.mergedInto?.caseId !== wanted.mergedInto) {
    const data = { by: 'merged', reason: null, diedAt: null, keptCaseId: wanted.mergedInto } as const;
    found.push({ what: { type: 'CaseClosed', data }, at: null });
  }
  if (wanted.death && body.death?.diedAt !== wanted.death.diedAt) {
    const { diedAt } = wanted.death;
    found.push({ what: { type: 'CaseClosed', data: { by: 'death', reason: null, diedAt } }, at: diedAt });
  }
  return found;
};

const pausedAt = (at: string): Dated => ({
  what: { type: 'CasePaused', data: { by: 'criteria', reason: null } },
  at,
});
const resumedAt = (at: string): Dated => ({ what: { type: 'CaseResumed', data: { by: 'criteria' } }, at });

/**
 * The pauses since the last one written, each in its own time: news that comes all at once (a feed that was away, two entries in one
 * breath) leaves the same pauses as news that comes one by one, so that time paused does not hang on when the policy looked.
 */
const pausedInTurn = ({ criteriaPause: { holds, changedAt } }: CaseBody, { criteriaTurns }: Wanted): Dated[] => {
  let paused = holds;
  return criteriaTurns
    .filter(({ at }) => changedAt === null || compareInstants(at, changedAt) > 0)
    .flatMap(({ meets, at }): Dated[] => {
      if (meets === paused) return [];
      paused = meets;
      return [meets ? pausedAt(at) : resumedAt(at)];
    });
};

/**
 * Policy 6. Paused from the moment criteria were met again; resumed from the moment they stopped being met, or, when the pause was
 * undone by a correction, from when that was recorded (architecture.md §5). Changes run forward in time, so that the last one holds.
 */
const paused = (body: CaseBody, wanted: Wanted, cause: Cause): Dated[] => {
  const { criteriaPause } = body;
  const wantsPause = wanted.metAgainSince !== null;
  const inTurn = pausedInTurn(body, wanted);
  if ((inTurn.length % 2 === 0 ? criteriaPause.holds : !criteriaPause.holds) === wantsPause) return inTurn;
  const { changedAt } = criteriaPause;
  if (wanted.metAgainSince !== null) return [pausedAt(later(wanted.metAgainSince, changedAt))];
  const { notMetSince } = wanted;
  const byNews = notMetSince !== null && (changedAt === null || compareInstants(notMetSince, changedAt) > 0);
  return [resumedAt(later(byNews ? notMetSince : cause.recordedAt, changedAt))];
};

const readmitted = ({ readmissions }: CaseBody, wanted: Wanted): Dated[] => [
  ...[...readmissions.keys()]
    .filter((stayId) => !wanted.readmissions.has(stayId))
    .map((stayId): Dated => ({ what: { type: 'ReadmissionTakenBack', data: { stayId } }, at: null })),
  ...[...wanted.readmissions]
    .filter(([stayId, admittedAt]) => readmissions.get(stayId) !== admittedAt)
    .map(([stayId, admittedAt]): Dated => ({
      what: { type: 'ReadmissionNoted', data: { stayId, admittedAt } },
      at: admittedAt,
    })),
];

/** What a body amounts to once it follows the ward, as far as its status goes. */
export const followed = (body: CaseBody, wanted: Wanted): CaseBody => ({
  ...body,
  link: wanted.stay ? { stayId: wanted.stay.block.stayId, admittedAt: wanted.stay.block.admittedAt } : null,
  discharge: wanted.discharge,
  admissionCancelled: wanted.admissionCancelled,
  death: wanted.death,
  mergedInto: wanted.mergedInto === null ? null : { caseId: wanted.mergedInto },
});

/**
 * The difference between how a case stands and how it ought to (policies 1, 2, 3, 6 and 9). Empty when it follows already, so that
 * neither a replay nor the same news sent twice does anything twice. `idOf` makes the id of
 * an event from all that is written and its place in it.
 */
export const differenceOf = (
  body: CaseBody,
  wanted: Wanted,
  cause: Cause,
  idOf: (...kind: string[]) => string,
): readonly Happening[] => {
  const open = isOpen(statusOf(followed(body, wanted)));
  const found = [
    ...linked(body, wanted),
    ...takenBack(body, wanted),
    ...discharged(body, wanted),
    ...ended(body, wanted),
    // Of a case that has ended nothing is paused; if the end is taken back, this is looked at again.
    ...(open ? paused(body, wanted, cause) : []),
    ...readmitted(body, wanted),
  ];
  const dated = found.map(({ what, at }) => ({
    ...what,
    occurredAt: at === null || compareInstants(at, cause.recordedAt) > 0 ? cause.occurredAt : at,
  }));
  const written = JSON.stringify(dated);
  return dated.map((event, index): Happening => ({ ...event, eventId: idOf(written, String(index)) }));
};

import type { StayFact } from './stay-fact.js';

interface Discharge {
  readonly cancelled: boolean;
  readonly dischargedAt: string | null;
  readonly destinationCode: string | null;
  readonly dischargeMethodCode: string | null;
}

interface Death {
  /** PID-29. */
  readonly at: string | null;
  /** PID-30 alone gives no time; then it is when it was first said. */
  readonly saidAt: string;
}

/** What a message says of a death. */
export type SaysOfDeath = Pick<StayFact, 'dead' | 'deathAt' | 'eventTime'>;

const next = (death: Death | null, { dead, deathAt, eventTime }: SaysOfDeath): Death | null => {
  if (dead === false) return null;
  const saidAt = death?.saidAt ?? eventTime;
  if (typeof deathAt === 'string') return { at: deathAt, saidAt };
  if (dead === true) return { at: deathAt === null ? null : (death?.at ?? null), saidAt };
  // A time of death that is deleted, with nothing else said, takes the death back that rested on it.
  return deathAt === null && death?.at ? null : death;
};

/**
 * When the person died, as the stay's own messages say: PID-29 and PID-30 (the last said counts), else an effective discharge by death
 * (method 4 or destination 79; architecture.md §6 policy 3). Facts come in recorded order.
 */
export const deathOf = (recorded: readonly StayFact[], discharge: Discharge): string | null => {
  const reported = reportedDeath(recorded);
  if (reported !== null) return reported;
  const byDeath = discharge.dischargeMethodCode === '4' || discharge.destinationCode === '79';
  return byDeath && !discharge.cancelled ? discharge.dischargedAt : null;
};

/** When the person died, as PID-29 and PID-30 of these messages say, in recorded order. */
export const reportedDeath = (recorded: readonly SaysOfDeath[]): string | null => {
  const death = recorded.reduce<Death | null>(next, null);
  return death && (death.at ?? death.saidAt);
};

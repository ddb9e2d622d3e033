import { isDead } from '#libs/nhs/codes.js';
import { byRecordedTime, type FactTimes, type SaysOfDeath, type StayFact } from './stay-fact.js';

interface Discharge {
  readonly cancelled: boolean;
  readonly dischargedAt: string | null;
  readonly destinationCode: string | null;
  readonly dischargeMethodCode: string | null;
  /** The facts whose words on the discharge count, by recorded time. */
  readonly saying: readonly StayFact[];
}

interface Death {
  /** PID-29. */
  readonly at: string | null;
  /** PID-30 alone gives no time; then it is when it was first said. */
  readonly saidAt: string;
}

/** The death as said so far, and what is left of it when somebody says "not dead": a discharge by death that stands. */
interface Word {
  readonly death: Death | null;
  readonly left: Death | null;
}

const next = ({ death, left }: Word, { dead, deathAt, eventTime, leftAt }: SaysOfDeath): Word => {
  if (leftAt !== undefined)
    return { death: deathSaid(death, leftAt, undefined), left: left ?? { at: null, saidAt: leftAt } };
  if (dead === false) return { death: left, left };
  if (typeof deathAt === 'string' || dead === true) return { death: deathSaid(death, eventTime, deathAt), left };
  // A time of death that is deleted, with nothing else said, takes the death back that rested on it.
  return { death: deathAt === null && death?.at ? left : death, left };
};

const deathSaid = (death: Death | null, saidAt: string, at: string | null | undefined): Death => ({
  at: at === undefined ? (death?.at ?? null) : at,
  saidAt: death?.saidAt ?? saidAt,
});

/** What the messages of one visit, or of visits that are one stay, say of a death: facts and answer in recorded order. */
export const sayingsOfDeath = (recorded: readonly StayFact[], discharge: Discharge): readonly SaysOfDeath[] => {
  const reported = recorded.flatMap((fact): SaysOfDeath[] => {
    const { dead, deathAt } = fact;
    if (dead === undefined && deathAt === undefined) return [];
    return [
      { ...timesOf(fact), ...(dead === undefined ? {} : { dead }), ...(deathAt === undefined ? {} : { deathAt }) },
    ];
  });
  const left = leftByDeath(discharge);
  if (!left) return lasting(reported);
  // Of one message, the way somebody left is said after the indicator.
  const { eventTime = left.eventTime } = reported.findLast(({ eventId }) => eventId === left.eventId) ?? {};
  return lasting([...reported, { ...left, eventTime }].toSorted(byRecordedTime));
};

const timesOf = ({ recorded, eventTime, controlId, eventId }: FactTimes): FactTimes => ({
  recorded,
  eventTime,
  controlId,
  eventId,
});

/** The message that last said of a discharge that stands that it was by death. */
const leftByDeath = (discharge: Discharge): SaysOfDeath | undefined => {
  const { cancelled, dischargedAt, dischargeMethodCode, destinationCode, saying } = discharge;
  if (cancelled || dischargedAt === null || !isDead(dischargeMethodCode, destinationCode)) return undefined;
  const fact = saying.findLast((one) => isDead(one.dischargeMethodCode, one.destinationCode));
  return fact && { ...timesOf(fact), leftAt: dischargedAt };
};

/** What came before the last "not dead" counts no more, whatever else was said in between; a discharge by death that stands does. */
export const lasting = (sayings: readonly SaysOfDeath[]): readonly SaysOfDeath[] => {
  const denied = sayings.findLastIndex(({ dead }) => dead === false);
  return sayings.filter(({ leftAt }, index) => index >= denied || leftAt !== undefined);
};

/** When the person died, by the last word of all that was said; null when they are not known to have died. */
export const deathBy = (sayings: readonly SaysOfDeath[]): string | null => {
  const { death } = sayings.toSorted(byRecordedTime).reduce<Word>(next, { death: null, left: null });
  return death && (death.at ?? death.saidAt);
};

/**
 * What one source (a stay, or news of no stay) shows of a death: nothing unless its own messages say that the person died; else what the last
 * word of all says that was said of the person anywhere.
 */
export const deathShown = (own: readonly SaysOfDeath[], elsewhere: readonly SaysOfDeath[]): string | null => {
  const alone = deathBy(own);
  return alone === null || elsewhere.length === 0 ? alone : deathBy([...own, ...elsewhere]);
};

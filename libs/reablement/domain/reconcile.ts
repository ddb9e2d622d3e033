import { ageOn, type KnownAge } from '#libs/nhs/age.js';
import { addDays, compareInstants, daysBetween, londonDate } from '#libs/nhs/civil-date.js';
import { isDead, isTransfer } from '#libs/nhs/codes.js';
import { followUpDays } from '#libs/nhs/day-91.js';
import type { Schedule, WardEvidence } from './check.js';

/** All that is known of one person when the policies look: cases, stays, requests and episodes of the whole family of ids. */
export interface World {
  readonly cases: readonly CaseFacts[];
  readonly stays: readonly StayFacts[];
  readonly requests: readonly RequestFacts[];
  readonly episodes: readonly EpisodeFacts[];
  /** The recorded death, as a civil date; null while alive. */
  readonly diedOn: string | null;
  readonly birthDate: string | null;
}

export interface CaseFacts {
  readonly caseId: string;
  readonly stayId: string | null;
  /** The discharge that counts now; null when there is none or it was taken back. */
  readonly discharge: {
    readonly at: string;
    readonly destinationCode: string | null;
    readonly methodCode: string | null;
  } | null;
  readonly pathway: number | null;
}
export interface StayFacts {
  readonly stayId: string;
  readonly status: string;
  readonly admittedAt: string | null;
  readonly dischargedAt: string | null;
  readonly age: { readonly years: number; readonly on: string } | null;
}
export interface RequestFacts {
  readonly requestId: string;
  readonly caseId: string;
  readonly serviceType: string;
  /** Awarded and standing; also when it was withdrawn only because the person died. */
  readonly awarded: boolean;
  /** The care began, whatever came of it later. */
  readonly started: boolean;
}
export interface EpisodeFacts {
  readonly episodeId: string;
  readonly caseId: string;
  readonly startedOn: string;
}

export interface CheckWanted {
  readonly caseId: string;
  readonly schedule: Schedule | null;
  readonly because: 'discharge-cancelled' | 'no-longer-qualifies';
  /** False when nothing held says that the person was 65 (an erased birth date): what was decided while it was held stands. */
  readonly ageHeld: boolean;
  readonly readmissions: readonly Omit<WardEvidence, 'evidenceId'>[];
  readonly diedOn: string | null;
}
export interface EpisodeWanted {
  readonly episodeId: string;
  readonly inHospital: readonly string[];
  readonly diedOn: string | null;
}

const followUpAge = 65;
const recoveryServices = ['reablement', 'rehab-bed'];

/** Whether the person was 65 on that day. Without a birth date only an age that is high enough says anything. */
const ageAllows = (world: World, stay: StayFacts | undefined, on: string): 'yes' | 'no' | 'not-held' => {
  const known: KnownAge | null = world.birthDate === null ? (stay?.age ?? null) : { birthDate: world.birthDate };
  if ((ageOn(known, on) ?? 0) >= followUpAge) return 'yes';
  return world.birthDate === null ? 'not-held' : 'no';
};

/**
 * Policy 8 (architecture.md §6): into reablement or rehabilitation means an awarded or started request of that kind, or an
 * episode of the case that starts from 3 days before to 7 days after the discharge, whichever is known first.
 */
const recoveryOf = (
  world: World,
  caseId: string,
  dischargedOn: string,
): Pick<Schedule, 'because' | 'requestId' | 'episodeId'> | null => {
  const request = world.requests.find(
    (one) => one.caseId === caseId && recoveryServices.includes(one.serviceType) && (one.awarded || one.started),
  );
  if (request) return { because: 'award', requestId: request.requestId, episodeId: null };
  const episode = world.episodes.find((one) => {
    const days = daysBetween(dischargedOn, one.startedOn);
    return one.caseId === caseId && days >= -3 && days <= 7;
  });
  return episode ? { because: 'episode', requestId: null, episodeId: episode.episodeId } : null;
};

/** A stay that counts: neither cancelled, nor merged away, nor without an admission. */
export const isIn = ({ status }: Pick<StayFacts, 'status'>): boolean => status === 'open' || status === 'discharged';

/** Policy 9: admissions after the discharge and before day 91. */
const readmissionsOf = (
  world: World,
  own: CaseFacts,
  dischargedAt: string,
  dueOn: string,
): CheckWanted['readmissions'] =>
  world.stays.flatMap((stay) => {
    if (!isIn(stay) || stay.stayId === own.stayId || stay.admittedAt === null) return [];
    if (compareInstants(stay.admittedAt, dischargedAt) <= 0) return [];
    const date = londonDate(stay.admittedAt);
    if (date >= dueOn) return [];
    return [{ stayId: stay.stayId, date, until: stay.dischargedAt === null ? null : londonDate(stay.dischargedAt) }];
  });

const checkOf = (world: World, own: CaseFacts): CheckWanted => {
  const none = (because: CheckWanted['because']): CheckWanted => ({
    caseId: own.caseId,
    schedule: null,
    because,
    ageHeld: true,
    readmissions: [],
    diedOn: null,
  });
  const { discharge } = own;
  if (discharge === null) return none('discharge-cancelled');
  const dischargedOn = londonDate(discharge.at);
  const stay = world.stays.find(({ stayId }) => stayId === own.stayId);
  const recovery = recoveryOf(world, own.caseId, dischargedOn);
  const age = ageAllows(world, stay, dischargedOn);
  const qualifies =
    recovery !== null &&
    !isDead(discharge.methodCode, discharge.destinationCode) &&
    !isTransfer(discharge.destinationCode) &&
    age !== 'no';
  if (!qualifies) return none('no-longer-qualifies');
  const dueOn = addDays(dischargedOn, followUpDays);
  return {
    caseId: own.caseId,
    schedule: { caseId: own.caseId, stayId: own.stayId, dischargedAt: discharge.at, dischargedOn, dueOn, ...recovery },
    because: 'no-longer-qualifies',
    ageHeld: age === 'yes',
    readmissions: readmissionsOf(world, own, discharge.at, dueOn),
    diedOn: world.diedOn,
  };
};

/** Policy 9: in hospital again after the discharge of the case, or since the episode began. */
const episodeOf = (world: World, episode: EpisodeFacts): EpisodeWanted => {
  const own = world.cases.find(({ caseId }) => caseId === episode.caseId);
  const leftAt = own?.discharge?.at;
  const cameBack = ({ stayId, admittedAt }: StayFacts): boolean =>
    stayId !== own?.stayId &&
    admittedAt !== null &&
    (londonDate(admittedAt) >= episode.startedOn || (leftAt !== undefined && compareInstants(admittedAt, leftAt) > 0));
  const inHospital = world.stays.filter((stay) => stay.status === 'open' && cameBack(stay)).map(({ stayId }) => stayId);
  return { episodeId: episode.episodeId, inHospital, diedOn: world.diedOn };
};

/** What policies 3, 8 and 9 want of checks and episodes, as a function of what is known and of nothing else: no order can reach it. */
export const wantedOf = (
  world: World,
): { readonly checks: readonly CheckWanted[]; readonly episodes: readonly EpisodeWanted[] } => ({
  checks: world.cases.map((own) => checkOf(world, own)),
  episodes: world.episodes.map((episode) => episodeOf(world, episode)),
});

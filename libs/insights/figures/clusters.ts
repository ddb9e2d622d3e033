import { addDays, daysBetween, isEmergency, isMaternityOrBirth, type CivilDate } from '#libs/nhs/index.js';
import type { Database } from '#libs/platform/database.js';
import { is65OrOver } from '../domain/age-class.js';
import type { EndedCluster, LinkedCluster, StartUnit } from '../domain/care-rules.js';
import { type Cluster, clustersOf, sequelOf } from '../domain/clusters.js';
import type { CareRow } from './care-row.js';
import { careRows } from './care-rows.js';
import type { Found } from './found.js';
import { caseAttributes, caseReads, leftOn, passes, readsOf } from './of-case.js';
import { PeopleKnown } from './people-known.js';
import type { Question } from './question.js';
import { leftAlive, type StayKnown, staysKnown } from './stays-known.js';

type Episode = CareRow<'episode'>;
type Spell = Cluster<Episode>;

/** The clusters that can count: all episodes make them, and few are looked at further. */
const spells = async (
  db: Database,
  question: Question,
  merges: PeopleKnown,
  counts: (cluster: Spell) => boolean,
  since?: CivilDate,
): Promise<Spell[]> => {
  const episodes = await careRows(db, {
    kind: 'episode',
    knownAt: question.knownAt,
    reads: caseReads(question, 'age'),
    ...(since === undefined ? {} : { since }),
  });
  const ofStay = (ofCase: Episode['ofCase']): string | null => (ofCase?.stayId ? ofCase.personId : null);
  return clustersOf(episodes, ({ ofCase, personId, id }) => merges.personOf(ofStay(ofCase) ?? personId ?? id)).filter(
    counts,
  );
};

/** Every id that the people of clusters go by. */
const idsOf = (clusters: readonly Spell[], { canonical }: PeopleKnown): string[] => {
  const persons = new Set(clusters.map(({ person }) => person));
  return [...persons, ...[...canonical].filter(([, to]) => persons.has(to)).map(([id]) => id)];
};

/** Days on which long-term residential or nursing care started, by person. */
const careHomeStarts = async (
  db: Database,
  { knownAt, from, to }: Question,
  people: PeopleKnown,
): Promise<ReadonlyMap<string, readonly CivilDate[]>> => {
  const starts = await careRows(db, { kind: 'care-home-start', knownAt, from, to: addDays(to, failsWithin) });
  return new Map(
    [...Map.groupBy(starts, ({ ofCase, personId, id }) => people.personOf(ofCase?.personId ?? personId ?? id))].map(
      ([person, own]) => [person, own.map(({ on }) => on)],
    ),
  );
};

const common = (question: Question, people: PeopleKnown, cluster: Spell, stay: StayKnown | null, on: string) => {
  const [first] = cluster.episodes;
  const ofCase = first?.ofCase ?? null;
  const own =
    ofCase === null || stay === null
      ? ofCase
      : { ...ofCase, ...stay, homeAuthority: ofCase.homeAuthority, stayAuthority: stay.authority };
  const { attributes: ofOwn, age } = caseAttributes(own, cluster.person, on, people);
  const attributes = {
    ...ofOwn,
    ...(stay ? { hospital: stay.hospital, ward: stay.ward, sex: stay.sex ?? people.sexOf(cluster.person) } : {}),
    provider: first?.provider ?? null,
  };
  if (!passes(attributes, question.filters)) return null;
  return {
    n: 1,
    attributes,
    age,
    personId: cluster.person,
    stayId: stay?.stayId ?? ofCase?.stayId ?? null,
    caseId: first?.caseId ?? null,
    day: on,
    streams: cluster.episodes.map(({ id }) => `reablement-${id}`),
  };
};

/** How long after the discharge an end of life in the community counts as one. */
const failsWithin = 84;
/** A stay is followed by a cluster that starts from so many days before its discharge to so many after it. */
const startsBefore = 3;
const startsAfter = 7;

interface Followed {
  readonly people: PeopleKnown;
  readonly staysOf: ReadonlyMap<string, readonly StayKnown[]>;
  readonly careHomeStartsOf: ReadonlyMap<string, readonly CivilDate[]>;
}

const notADischargeHome = new Set(['49', '50', '51', '52', '79', '87', '88']);

/** The stay a cluster follows: of those that qualify, the one discharged last (metrics.md §4, 2D local). */
const linkedStay = (cluster: Spell, { people, staysOf }: Followed): StayKnown | null =>
  (staysOf.get(cluster.person) ?? [])
    .filter(
      (stay) =>
        stay.dischargedOn !== null &&
        stay.admittedOn !== null &&
        addDays(cluster.startedOn, -startsAfter) <= stay.dischargedOn &&
        stay.dischargedOn <= addDays(cluster.startedOn, startsBefore) &&
        stay.admittedOn <= cluster.startedOn &&
        (stay.nights ?? 0) >= 1 &&
        is65OrOver(people.ageClass(stay.personId, stay, stay.dischargedOn)) &&
        leftAlive(stay, people) &&
        !notADischargeHome.has(stay.destination ?? '') &&
        !isMaternityOrBirth(stay.admissionMethod),
    )
    .sort((a, b) => ((a.dischargedAt ?? '') < (b.dischargedAt ?? '') ? -1 : 1))
    .at(-1) ?? null;

/** Death, emergency admission of a night or more, or a start of long-term care, within discharge … discharge + 84 days inclusive. */
const failed = (cluster: Spell, discharge: string, followed: Followed, today: string): boolean => {
  const until = addDays(discharge, failsWithin);
  const died = followed.people.diedOn(cluster.person);
  if (died !== null && discharge <= died && died <= until) return true;
  const readmitted = (followed.staysOf.get(cluster.person) ?? []).some(
    ({ admittedOn, dischargedOn: left, admissionMethod }) =>
      admittedOn !== null &&
      isEmergency(admissionMethod) &&
      admittedOn > discharge &&
      admittedOn > cluster.startedOn &&
      admittedOn <= until &&
      daysBetween(admittedOn, left ?? today) >= 1,
  );
  if (readmitted) return true;
  return (followed.careHomeStartsOf.get(cluster.person) ?? []).some((day) => discharge <= day && day <= until);
};

/** Clusters linked to a stay discharged in the window (metrics.md §4, 2D local). */
export const linkedClusters = async (db: Database, question: Question): Promise<Found<LinkedCluster>[]> => {
  const { knownAt, from, to, today } = question;
  const merges = await PeopleKnown.merges(db, knownAt);
  const [first, last] = [addDays(from, -startsBefore), addDays(to, startsAfter)];
  // No episode that started before the first day and ended more than a week before it has anything to do with a cluster that starts from then on.
  const counts = ({ startedOn }: Spell): boolean => first <= startedOn && startedOn <= last;
  const [clusters, careHomeStartsOf] = await Promise.all([
    spells(db, question, merges, counts, addDays(first, -8)),
    careHomeStarts(db, question, merges),
  ]);
  const personIds = idsOf(clusters, merges);
  const [stays, people] = await Promise.all([
    staysKnown(db, { personIds }, knownAt),
    merges.with(db, personIds, { births: true, deaths: true, sexes: question.groupBy === 'sex' }),
  ]);
  const staysOf = Map.groupBy(stays, ({ personId }) => merges.personOf(personId));
  const followed: Followed = { people, staysOf, careHomeStartsOf };
  return clusters.flatMap((cluster) => {
    const stay = linkedStay(cluster, followed);
    const discharge = stay?.dischargedOn ?? null;
    if (!stay || discharge === null || discharge < from || discharge >= to) return [];
    const unit = common(question, people, cluster, stay, discharge);
    if (!unit) return [];
    return [
      {
        ...unit,
        failed: failed(cluster, discharge, followed, today),
        day84Passed: today > addDays(discharge, failsWithin),
      },
    ];
  });
};

/** Clusters that ended in the window (metrics.md §4, 2A local). */
export const endedClusters = async (db: Database, question: Question): Promise<Found<EndedCluster>[]> => {
  const { knownAt, from, to, groupBy } = question;
  const merges = await PeopleKnown.merges(db, knownAt);
  const endsIn = (endedOn: CivilDate | null): endedOn is CivilDate =>
    endedOn !== null && from <= endedOn && endedOn < to;
  const clusters = await spells(db, question, merges, ({ endedOn }) => endsIn(endedOn));
  const people = await merges.with(
    db,
    clusters.map(({ person }) => person),
    { births: true, deaths: true, sexes: groupBy === 'sex' },
  );
  return clusters.flatMap((cluster) => {
    const { endedOn } = cluster;
    if (!endsIn(endedOn)) return [];
    const unit = common(question, people, cluster, null, endedOn);
    if (!unit) return [];
    return [
      {
        ...unit,
        inLongTermSupport: cluster.episodes.some((episode) => episode.inLongTermSupport),
        sequel: sequelOf(cluster, people.diedOn(cluster.person)),
      },
    ];
  });
};

/** Starts of reablement in the window, held against the discharge of their own case (metrics.md §2 `reablement.start-delay`). */
export const reablementStarts = async (db: Database, question: Question): Promise<Found<StartUnit>[]> => {
  const { knownAt, from, to } = question;
  const started = await careRows(db, { kind: 'episode', knownAt, from, to, reads: caseReads(question, 'left') });
  const people = await (
    await PeopleKnown.merges(db, knownAt)
  ).with(
    db,
    started.flatMap(({ ofCase, personId }) => ofCase?.personId ?? personId ?? []),
    { ...readsOf(question), deaths: true },
  );
  return started.flatMap((episode): Found<StartUnit>[] => {
    const { ofCase, on } = episode;
    const { attributes: own } = caseAttributes(ofCase, episode.personId, on, people);
    const attributes = { ...own, provider: episode.provider };
    if (!passes(attributes, question.filters)) return [];
    const discharge = ofCase === null ? null : leftOn(ofCase, people);
    const person = ofCase?.personId ?? episode.personId;
    return [
      {
        n: 1,
        attributes,
        daysAfterDischarge: discharge === null ? null : Math.max(0, daysBetween(discharge, on)),
        personId: person === null ? null : people.personOf(person),
        stayId: ofCase?.stayId ?? null,
        caseId: episode.caseId,
        day: on,
        streams: [`reablement-${episode.id}`],
      },
    ];
  });
};

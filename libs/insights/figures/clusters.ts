import { addDays, daysBetween, isEmergency, isMaternityOrBirth, type CivilDate } from '#libs/nhs/index.js';
import type { Database } from '#libs/platform/database.js';
import { is65OrOver } from '../domain/age-class.js';
import type { EndedCluster, LinkedCluster, StartUnit } from '../domain/care-rules.js';
import { type Cluster, clustersOf, sequelOf } from '../domain/clusters.js';
import type { RequestAsKnown } from '../domain/request-history.js';
import {
  type CaseKnown,
  caseAttributes,
  casesKnown,
  dischargedOn,
  leftAlive,
  passes,
  type StayKnown,
  staysKnown,
} from './cases-known.js';
import type { Found } from './found.js';
import { episodesKnown, requestsKnown } from './histories.js';
import { PeopleKnown } from './people-known.js';
import type { Question } from './question.js';
import { longTermStarts } from './requests.js';

interface Loaded {
  readonly clusters: readonly Cluster[];
  readonly people: PeopleKnown;
  readonly cases: ReadonlyMap<string, CaseKnown>;
  readonly staysOf: ReadonlyMap<string, readonly StayKnown[]>;
  /** Days on which long-term residential or nursing care started, by person. */
  readonly careHomeStartsOf: ReadonlyMap<string, readonly CivilDate[]>;
}

const load = async (db: Database, { knownAt }: Question): Promise<Loaded> => {
  const merges = await PeopleKnown.merges(db, knownAt);
  const episodes = await episodesKnown(db, { knownAt });
  const cases = await casesKnown(
    db,
    episodes.map(({ caseId }) => caseId),
    knownAt,
  );
  const personOf = (episode: (typeof episodes)[number]): string =>
    merges.personOf(cases.get(episode.caseId)?.stay?.personId ?? episode.personId ?? episode.episodeId);
  const clusters = clustersOf(episodes, personOf);
  const persons = new Set(clusters.map(({ person }) => person));
  const ids = [...persons, ...[...merges.canonical].filter(([, to]) => persons.has(to)).map(([id]) => id)];
  const [stays, requests, people] = await Promise.all([
    staysKnown(db, { personIds: ids }, knownAt),
    requestsKnown(db, { knownAt }),
    merges.with(db, persons),
  ]);
  return {
    clusters,
    people,
    cases,
    careHomeStartsOf: careHomeStarts(requests, cases, people),
    staysOf: Map.groupBy(stays, ({ personId }) => merges.personOf(personId)),
  };
};

const careHomeStarts = (
  requests: readonly RequestAsKnown[],
  cases: ReadonlyMap<string, CaseKnown>,
  people: PeopleKnown,
): ReadonlyMap<string, readonly CivilDate[]> => {
  const starts = new Map<string, CivilDate[]>();
  for (const { request, startedOn } of longTermStarts(requests)) {
    const found = request.caseId === null ? undefined : cases.get(request.caseId);
    const id = found?.stay?.personId ?? found?.known.personId ?? request.personId;
    if (id === null) continue;
    const person = people.personOf(id);
    starts.set(person, [...(starts.get(person) ?? []), startedOn]);
  }
  return starts;
};

const common = (
  { cases, people }: Loaded,
  question: Question,
  cluster: Cluster,
  stay: StayKnown | null,
  on: string,
) => {
  const [first] = cluster.episodes;
  const found = first ? cases.get(first.caseId) : undefined;
  const { attributes: ofCase, age } = caseAttributes(
    found ? { ...found, stay: stay ?? found.stay } : undefined,
    cluster.person,
    on,
    people,
  );
  const attributes = {
    ...ofCase,
    ...(stay ? { hospital: stay.hospital, ward: stay.ward, sex: stay.sex ?? people.sexOf(cluster.person) } : {}),
    provider: first?.providerId ?? null,
  };
  if (!passes(attributes, question.filters)) return null;
  return {
    n: 1,
    events: 0,
    attributes,
    age,
    personId: cluster.person,
    stayId: stay?.stayId ?? found?.stay?.stayId ?? null,
    caseId: first?.caseId ?? null,
    day: on,
    streams: cluster.episodes.map(({ episodeId }) => `reablement-${episodeId}`),
  };
};

const notADischargeHome = new Set(['49', '50', '51', '52', '79', '87', '88']);

/** The stay a cluster follows: of those that qualify, the one discharged last (metrics.md §4, 2D local). */
const linkedStay = (cluster: Cluster, { people, staysOf }: Loaded): StayKnown | null =>
  (staysOf.get(cluster.person) ?? [])
    .filter(
      (stay) =>
        stay.dischargedOn !== null &&
        stay.admittedOn !== null &&
        addDays(cluster.startedOn, -7) <= stay.dischargedOn &&
        stay.dischargedOn <= addDays(cluster.startedOn, 3) &&
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
const failed = (cluster: Cluster, discharge: string, loaded: Loaded, today: string): boolean => {
  const until = addDays(discharge, 84);
  const died = loaded.people.diedOn(cluster.person);
  if (died !== null && discharge <= died && died <= until) return true;
  const readmitted = (loaded.staysOf.get(cluster.person) ?? []).some(
    ({ admittedOn, dischargedOn: left, admissionMethod }) =>
      admittedOn !== null &&
      isEmergency(admissionMethod) &&
      admittedOn > discharge &&
      admittedOn > cluster.startedOn &&
      admittedOn <= until &&
      daysBetween(admittedOn, left ?? today) >= 1,
  );
  if (readmitted) return true;
  return (loaded.careHomeStartsOf.get(cluster.person) ?? []).some((day) => discharge <= day && day <= until);
};

/** Clusters linked to a stay discharged in the window (metrics.md §4, 2D local). */
export const linkedClusters = async (db: Database, question: Question): Promise<Found<LinkedCluster>[]> => {
  const loaded = await load(db, question);
  return loaded.clusters.flatMap((cluster) => {
    const stay = linkedStay(cluster, loaded);
    const discharge = stay?.dischargedOn ?? null;
    if (!stay || discharge === null || discharge < question.from || discharge >= question.to) return [];
    const row = common(loaded, question, cluster, stay, discharge);
    if (!row) return [];
    return [
      {
        ...row,
        failed: failed(cluster, discharge, loaded, question.today),
        day84Passed: question.today > addDays(discharge, 84),
      },
    ];
  });
};

/** Clusters that ended in the window (metrics.md §4, 2A local). */
export const endedClusters = async (db: Database, question: Question): Promise<Found<EndedCluster>[]> => {
  const loaded = await load(db, question);
  return loaded.clusters.flatMap((cluster) => {
    const { endedOn } = cluster;
    if (endedOn === null || endedOn < question.from || endedOn >= question.to) return [];
    const row = common(loaded, question, cluster, null, endedOn);
    if (!row) return [];
    return [
      {
        ...row,
        inLongTermSupport: cluster.episodes.some((episode) => episode.inLongTermSupport),
        sequel: sequelOf(cluster, loaded.people.diedOn(cluster.person)),
      },
    ];
  });
};

/** Starts of reablement in the window, held against the discharge of their own case (metrics.md §2 `reablement.start-delay`). */
export const reablementStarts = async (db: Database, question: Question): Promise<Found<StartUnit>[]> => {
  const { knownAt, from, to } = question;
  const started = (await episodesKnown(db, { knownAt, from, to })).filter(
    ({ startedOn }) => from <= startedOn && startedOn < to,
  );
  const cases = await casesKnown(
    db,
    started.map(({ caseId }) => caseId),
    knownAt,
  );
  const people = await (
    await PeopleKnown.merges(db, knownAt)
  ).with(db, [
    ...started.flatMap(({ personId }) => personId ?? []),
    ...[...cases.values()].flatMap(({ stay }) => stay?.personId ?? []),
  ]);
  return started.flatMap((episode): Found<StartUnit>[] => {
    const found = cases.get(episode.caseId);
    const { attributes: ofCase } = caseAttributes(found, episode.personId, episode.startedOn, people);
    const attributes = { ...ofCase, provider: episode.providerId };
    if (!passes(attributes, question.filters)) return [];
    const discharge = found ? dischargedOn(found, people) : null;
    const person = found?.stay?.personId ?? found?.known.personId ?? episode.personId;
    return [
      {
        n: 1,
        events: 0,
        attributes,
        daysAfterDischarge: discharge === null ? null : Math.max(0, daysBetween(discharge, episode.startedOn)),
        personId: person === null ? null : people.personOf(person),
        stayId: found?.stay?.stayId ?? null,
        caseId: episode.caseId,
        day: episode.startedOn,
        streams: [`reablement-${episode.episodeId}`],
      },
    ];
  });
};

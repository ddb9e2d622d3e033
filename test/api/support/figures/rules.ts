import { ageOn, between, dayOf, daysOf, plus } from './days.js';
import type { Told, ToldDelay, ToldEpisode, ToldRequest } from './told.js';
import {
  by,
  episodesOf,
  known,
  last,
  notMetAt,
  notMetOn,
  pathwayOf,
  readyDayOf,
  wardOf,
  type Case,
  type Stay,
  type View,
} from './view.js';

/** One unit of a figure: what it adds to either side, and what it is grouped and filtered by. */
export interface Unit {
  readonly person: number;
  readonly stayId?: string;
  readonly caseId?: string;
  readonly top: number;
  readonly bottom: number;
  readonly keys: Readonly<Record<string, string>>;
  /** What counts once in a total and in a group; by itself when left out. */
  readonly once?: string;
}
export interface Cohort {
  readonly units: readonly Unit[];
  readonly quality?: {
    readonly blank?: readonly Unit[];
    readonly faults?: readonly Unit[];
    readonly pending?: readonly Unit[];
  };
}
export interface Window {
  readonly from: string;
  readonly to: string;
}

const inside = (day: string | null, { from, to }: Window): day is string => day !== null && from <= day && day < to;
export const bandOf = (age: number): string =>
  age < 18 ? 'unknown' : age < 65 ? '18-64' : age < 75 ? '65-74' : age < 85 ? '75-84' : '85+';
const outward: Readonly<Record<string, string>> = {
  N12: 'E09000003',
  NW4: 'E09000003',
  N9: 'E09000010',
  N8: 'E09000014',
};
const authorityOf = (stay: Stay): string =>
  stay.theCase?.told.homeAuthority ?? outward[stay.person.postcode.split(' ')[0] ?? ''] ?? 'unknown';
const textOf = (value: number | string | null | undefined): string =>
  value === null || value === undefined ? 'unknown' : String(value);

const keysOfStay = (view: View, stay: Stay, day: string, ward = wardOf(stay)): Record<string, string> => ({
  hospital: stay.told.hospital,
  ward,
  authority: authorityOf(stay),
  ageBand: bandOf(stay.age(day)),
  sex: stay.person.sex,
  month: day.slice(0, 7),
  day,
  destination: textOf(stay.destination),
  // Of the case that counts as discharged with the stay.
  pathway: textOf(stay.theCase?.discharged ? pathwayOf(stay.theCase, view.phase, stay.dischargedAt) : null),
});
const unitOf = (view: View, stay: Stay, day: string, top: number, bottom: number, ward?: string): Unit => ({
  person: stay.person.number,
  stayId: stay.told.stayId,
  top,
  bottom,
  keys: keysOfStay(view, stay, day, ward),
});
const keysOfCase = (view: View, one: Case, day: string): Record<string, string> => ({
  hospital: one.told.hospital,
  ward: one.stay ? wardOf(one.stay) : 'unknown',
  authority: one.told.homeAuthority,
  ageBand: bandOf(ageOn(one.person.birthDate, day)),
  sex: one.person.sex,
  month: day.slice(0, 7),
  day,
  pathway: textOf(pathwayOf(one, view.phase, one.discharged ? one.stay?.dischargedAt : null)),
});

const leftAlive = (view: View, window: Window, youngest: number): { stay: Stay; day: string }[] =>
  view.stays
    .filter((stay) => stay.alive && inside(stay.dischargedDay, window) && stay.age(stay.dischargedDay) >= youngest)
    .map((stay) => ({ stay, day: stay.dischargedDay ?? '' }));

/* ---- snapshots ---- */

const openOn = (view: View, day: string): Stay[] =>
  view.stays.filter(
    (stay) =>
      stay.admittedDay <= day && (stay.dischargedDay === null || day < stay.dischargedDay) && stay.age(day) >= 18,
  );
export const remaining = (view: View, day: string): Cohort => ({
  units: openOn(view, day)
    .filter((stay) => notMetOn(stay, day))
    .map((stay) => unitOf(view, stay, day, 1, 0, wardOf(stay, day))),
});
export const patients = (view: View, day: string): Cohort => ({
  units: [
    ...remaining(view, day).units,
    ...leftAlive(view, { from: day, to: plus(day, 1) }, 18)
      .filter(({ stay }) => notMetAt(stay, stay.dischargedAt ?? ''))
      .map(({ stay }) => unitOf(view, stay, day, 1, 0, wardOf(stay, day))),
  ],
});
export const longStays =
  (days: number) =>
  (view: View, day: string): Cohort => ({
    units: openOn(view, day)
      .filter((stay) => between(stay.admittedDay, day) >= days)
      .map((stay) => unitOf(view, stay, day, 1, 0, wardOf(stay, day))),
  });

/* ---- discharge ready date ---- */

export type DrdVersion = '2024-05' | '2024-05-recorded' | 'published-2024-25';
export const transfers: readonly string[] = ['49', '50', '51', '52', '53', '84', '87'];
export const bucketOf = (days: number): string =>
  days === 0
    ? '0'
    : days === 1
      ? '1'
      : days <= 3
        ? '2-3'
        : days <= 6
          ? '4-6'
          : days <= 13
            ? '7-13'
            : days <= 20
              ? '14-20'
              : '21+';

export const drd =
  (judge: (days: number) => { top: number; bottom: number }) =>
  (view: View, window: Window, version: string): Cohort => {
    const cohort = leftAlive(view, window, version === 'published-2024-25' ? 16 : 18).filter(
      ({ stay }) =>
        (stay.nights ?? 0) >= 1 && !(version === 'published-2024-25' && transfers.includes(stay.destination ?? '')),
    );
    const units: Unit[] = [];
    const blank: Unit[] = [];
    const faults: Unit[] = [];
    for (const { stay, day } of cohort) {
      const ready = readyDayOf(stay);
      const late = ready === null ? 0 : between(ready, day);
      const { top, bottom } = judge(late);
      const unit = unitOf(view, stay, day, top, bottom);
      const withBucket = { ...unit, keys: { ...unit.keys, bucket: bucketOf(late) } };
      if (ready === null) blank.push(withBucket);
      if (stay.faults) faults.push(withBucket);
      if (ready !== null || version !== '2024-05-recorded') units.push(withBucket);
    }
    return { units, quality: { blank, faults } };
  };

/* ---- length of stay ---- */

export const nights =
  (top: (nights: number) => number) =>
  (view: View, window: Window): Cohort => ({
    units: view.stays
      .filter(
        (stay) => inside(stay.dischargedDay, window) && stay.age(stay.dischargedDay) >= 18 && (stay.nights ?? 0) >= 1,
      )
      .map((stay) => unitOf(view, stay, stay.dischargedDay ?? '', top(stay.nights ?? 0), 1)),
  });

/* ---- home first ---- */

export const usualPlace = (view: View, window: Window, version: string): Cohort => ({
  units: leftAlive(view, window, 18)
    .filter(({ stay }) => stay.destination !== null && stay.destination !== '98')
    .map(({ stay, day }) =>
      unitOf(
        view,
        stay,
        day,
        stay.destination === '19' || (version === '2021-22-with-temporary' && stay.destination === '29') ? 1 : 0,
        1,
      ),
    ),
});
const dischargedCases = (view: View, window: Window): { one: Case; stay: Stay; day: string }[] =>
  leftAlive(view, window, 18).flatMap(({ stay, day }) =>
    stay.theCase?.discharged ? [{ one: stay.theCase, stay, day }] : [],
  );
export const pathwayMix = (view: View, window: Window, version: string): Cohort => {
  const mix = (stay: Stay, day: string, pathway: number | null): Unit => {
    const unit = unitOf(view, stay, day, 1, 1);
    return { ...unit, keys: { ...unit.keys, pathway: pathway === null ? 'unassigned' : String(pathway) } };
  };
  if (version === 'referred')
    return {
      units: dischargedCases(view, window).map(({ one, stay, day }) =>
        mix(stay, day, pathwayOf(one, view.phase, stay.dischargedAt)),
      ),
    };
  return {
    units: leftAlive(view, window, 18).map(({ stay, day }) =>
      mix(stay, day, stay.theCase?.discharged ? pathwayOf(stay.theCase, view.phase, stay.dischargedAt) : 0),
    ),
  };
};
export const supportedHome = (view: View, window: Window): Cohort => ({
  units: dischargedCases(view, window).flatMap(({ one, stay, day }) => {
    const pathway = pathwayOf(one, view.phase, stay.dischargedAt);
    return pathway === null || pathway === 0 ? [] : [unitOf(view, stay, day, pathway === 1 ? 1 : 0, 1)];
  }),
});

/* ---- delays (§3) ---- */

const owners: Readonly<Record<string, string>> = {
  CAP1: 'council', CAP2: 'council', CAP7: 'council', CAP11: 'council', IF1: 'council', IF2: 'council', IF6: 'council',
  CAP3: 'nhs', CAP5: 'nhs', CAP6: 'nhs', CAP8: 'nhs', IF3: 'nhs', IF5: 'nhs', IF7: 'nhs',
  CAP4: 'housing', IF4: 'housing',
}; // prettier-ignore
export const ownerOf = (reason: string): string =>
  reason.startsWith('HP') ? 'acute-trust' : reason.startsWith('CTH') ? 'hub' : (owners[reason] ?? 'joint');

/** From when to when a delay runs; null when it never opened. */
const spanOf = (view: View, one: Case, delay: ToldDelay): { from: string; to: string | null } | null => {
  const criteria = one.stay?.criteria ?? known(one.told.criteria, view.phase).sort(by(({ at }) => at));
  let from: string | undefined = delay.at;
  if (delay.anticipated && last(criteria.filter(({ at }) => at <= delay.at))?.meets !== false)
    from = criteria.find(({ at, meets }) => at > delay.at && !meets)?.at;
  if (from === undefined) return null;
  const start = from;
  const told = (it: Told | undefined): string[] => (it !== undefined && it.phase <= view.phase ? [it.at] : []);
  const ends = [
    ...told(delay.ended),
    ...criteria.filter(({ at, meets }) => meets && at > start).map(({ at }) => at),
    ...(one.stay?.dischargedAt ? [one.stay.dischargedAt] : []),
    ...told(one.told.withdrawn),
    ...told(one.told.closed),
    ...known(one.person.deaths, view.phase).map(({ at }) => at),
  ].sort();
  const to = ends[0] ?? null;
  return to !== null && to <= start ? null : { from: start, to };
};
interface OpenDelay {
  readonly one: Case;
  readonly delay: ToldDelay;
  readonly from: string;
  readonly to: string | null;
}
const delaysOf = (view: View): OpenDelay[] =>
  view.cases.flatMap((one) =>
    known(one.told.delays, view.phase).flatMap((delay) => {
      const span = spanOf(view, one, delay);
      return span ? [{ one, delay, ...span }] : [];
    }),
  );
const keysOfDelay = (view: View, { one, delay }: OpenDelay, day: string): Record<string, string> => ({
  ...keysOfCase(view, one, day),
  reason: delay.reason,
  family: delay.reason.replace(/\d+$/, ''),
  owner: delay.owner ?? ownerOf(delay.reason),
});
export const delayDays = (view: View, { from, to }: Window): Cohort => ({
  units: delaysOf(view).flatMap((open) =>
    daysOf(from, to < plus(view.today, 1) ? to : plus(view.today, 1))
      .filter((day) => dayOf(open.from) <= day && (open.to === null || day < dayOf(open.to)))
      .map((day) => ({
        person: open.one.person.number,
        caseId: open.one.told.caseId,
        top: 1,
        bottom: 0,
        once: `${String(open.one.person.number)} ${day}`,
        keys: keysOfDelay(view, open, day),
      })),
  ),
});
export const delayPeople = (view: View, { from, to }: Window): Cohort => ({
  units: delaysOf(view)
    .filter((open) => dayOf(open.from) < to && (open.to === null || dayOf(open.to) >= from))
    .map((open) => ({
      person: open.one.person.number,
      caseId: open.one.told.caseId,
      top: 1,
      bottom: 0,
      once: open.one.told.caseId,
      keys: keysOfDelay(view, open, dayOf(open.from) > from ? dayOf(open.from) : from),
    })),
});

/* ---- day 91 ---- */

const intoReablement = ['reablement', 'rehab-bed'];
const isKnown = (it: Told | undefined, phase: number): it is Told => it !== undefined && it.phase <= phase;
/** Awarded or started and not failed or withdrawn since. */
const holds = ({ awards, failures, withdrawn }: ToldRequest, phase: number): boolean => {
  const award = last(known(awards, phase));
  return award !== undefined && !known(failures, phase).some(({ at }) => at > award.at) && !isKnown(withdrawn, phase);
};
interface Check {
  readonly stay: Stay;
  readonly one: Case;
  readonly day: string;
  readonly assessor: string;
  readonly selfFunded: boolean;
  readonly provider: string;
  readonly status: string | null;
}
const linkedEpisodes = (view: View, one: Case, day: string): ToldEpisode[] =>
  episodesOf(one, view.phase).filter(({ startedOn }) => startedOn >= plus(day, -3) && startedOn <= plus(day, 7));
const checksOf = (view: View, window: Window): Check[] =>
  dischargedChecks(view, window).map(({ stay, one, day }) => {
    const episode = linkedEpisodes(view, one, day)[0];
    const request = one.told.requests.find((it) => intoReablement.includes(it.serviceType) && holds(it, view.phase));
    const answer = last(known(one.told.answers, view.phase));
    const died = known(stay.person.deaths, view.phase).length > 0;
    return {
      stay,
      one,
      day,
      assessor: episode?.assessorType ?? 'joint',
      selfFunded: request?.funding === 'self-funded',
      provider: episode?.providerId ?? last(known(request?.awards ?? [], view.phase))?.providerId ?? 'unknown',
      status: answer?.status ?? (died ? 'died' : null),
    };
  });
const dischargedChecks = (view: View, window: Window): { stay: Stay; one: Case; day: string }[] =>
  leftAlive(view, window, 65).flatMap(({ stay, day }) => {
    const one = stay.theCase;
    if (!one?.discharged || transfers.includes(stay.destination ?? '')) return [];
    const placed = one.told.requests.some((it) => intoReablement.includes(it.serviceType) && holds(it, view.phase));
    return placed || linkedEpisodes(view, one, day).length > 0 ? [{ stay, one, day }] : [];
  });
const counts91 = (check: Check, version: string): boolean =>
  !check.selfFunded && (version === '2b-with-nhs' || check.assessor !== 'nhs');
const atHome = ['own-home', 'extra-care', 'shared-lives', 'care-home-respite'];
const unitOfCheck = (view: View, { stay, one, day, status, provider }: Check): Unit => ({
  person: stay.person.number,
  caseId: one.told.caseId,
  top: atHome.includes(status ?? '') ? 1 : 0,
  bottom: 1,
  keys: { ...keysOfStay(view, stay, day), provider },
});
export const day91 = (view: View, window: Window, version: string): Cohort => {
  const checks = checksOf(view, window).filter((check) => counts91(check, version));
  const counted = checks.filter(({ status, day }) => status !== null || view.today > plus(day, 105));
  return {
    units: counted.map((check) => unitOfCheck(view, check)),
    quality: { pending: checks.filter((check) => !counted.includes(check)).map((check) => unitOfCheck(view, check)) },
  };
};
export const day91Known = (view: View, window: Window, version: string): Cohort => {
  const checks = checksOf(view, window).filter((check) => counts91(check, version));
  const unreached = ['not-contactable', 'moved-away'];
  return {
    units: checks
      .filter(({ status }) => status !== null && !unreached.includes(status))
      .map((check) => unitOfCheck(view, check)),
    quality: {
      pending: checks
        .filter(({ status, day }) => status === null && view.today <= plus(day, 105))
        .map((check) => unitOfCheck(view, check)),
    },
  };
};
export const offered = (view: View, window: Window): Cohort => {
  const checked = new Set(
    checksOf(view, window)
      .filter((check) => counts91(check, '2b-classic'))
      .map(({ stay }) => stay),
  );
  return {
    units: leftAlive(view, window, 65).map(({ stay, day }) => unitOf(view, stay, day, checked.has(stay) ? 1 : 0, 1)),
  };
};

/* ---- clusters (§4) ---- */

interface Cluster {
  readonly person: number;
  readonly start: string;
  readonly end: string | null;
  readonly episodes: readonly { episode: ToldEpisode; one: Case }[];
}
const clustersOf = (view: View): Cluster[] => {
  const clusters: Cluster[] = [];
  const perPerson = new Map<number, { episode: ToldEpisode; one: Case }[]>();
  for (const one of view.cases)
    for (const episode of episodesOf(one, view.phase))
      perPerson.set(one.person.number, [...(perPerson.get(one.person.number) ?? []), { episode, one }]);
  for (const [person, episodes] of perPerson) {
    let running: Cluster | undefined;
    for (const item of episodes.sort(by(({ episode }) => episode.startedOn))) {
      const { startedOn } = item.episode;
      const ended = item.episode.ended;
      const end = ended && ended.phase <= view.phase ? ended.endedOn : null;
      if (running && (running.end === null || startedOn <= plus(running.end, 7))) {
        const latest: string | null =
          running.end === null || end === null ? null : end > running.end ? end : running.end;
        running = { ...running, end: latest, episodes: [...running.episodes, item] };
        clusters[clusters.length - 1] = running;
      } else {
        running = { person, start: startedOn, end, episodes: [item] };
        clusters.push(running);
      }
    }
  }
  return clusters;
};
const staysOfPerson = (view: View, number: number): Stay[] =>
  view.stays.filter(({ person }) => person.number === number);
const emergencies = ['21', '22', '23', '24', '25', '28', '2A', '2B', '2C', '2D'];

/** The cluster's stay under 2D, or none. */
const linkedStay = (view: View, { person, start }: Cluster): Stay | undefined =>
  last(
    staysOfPerson(view, person)
      .filter(
        ({ dischargedDay, admittedDay, nights: length, alive, destination, told, age }) =>
          dischargedDay !== null &&
          dischargedDay >= plus(start, -7) &&
          dischargedDay <= plus(start, 3) &&
          admittedDay <= start &&
          (length ?? 0) >= 1 &&
          age(dischargedDay) >= 65 &&
          alive &&
          !['49', '50', '51', '52', '79', '87', '88'].includes(destination ?? '') &&
          !['31', '32', '82', '83'].includes(told.admissionMethod),
      )
      .sort(by(({ dischargedAt }) => dischargedAt ?? '')),
  );
const longTerm = ['residential', 'nursing'];
const fails = (view: View, cluster: Cluster, day: string): boolean => {
  const until = plus(day, 84);
  const within = (other: string): boolean => other >= day && other <= until;
  const cases = view.cases.filter(({ person }) => person.number === cluster.person);
  return (
    known(cases[0]?.person.deaths ?? [], view.phase).some(({ at }) => within(dayOf(at))) ||
    staysOfPerson(view, cluster.person).some(
      (stay) =>
        emergencies.includes(stay.told.admissionMethod) &&
        between(stay.admittedDay, stay.dischargedDay ?? view.today) >= 1 &&
        stay.admittedDay > day &&
        stay.admittedDay > cluster.start &&
        stay.admittedDay <= until,
    ) ||
    cases.some(({ told }) =>
      told.requests.some(
        ({ serviceType, interim, started }) =>
          longTerm.includes(serviceType) && !interim && isKnown(started, view.phase) && within(dayOf(started.at)),
      ),
    )
  );
};
const unitOfCluster = (view: View, cluster: Cluster, stay: Stay, day: string, top: number): Unit => ({
  person: cluster.person,
  stayId: stay.told.stayId,
  top,
  bottom: 1,
  keys: { ...keysOfStay(view, stay, day), provider: cluster.episodes[0]?.episode.providerId ?? 'unknown' },
});
export const remained = (view: View, window: Window): Cohort => {
  const linked = clustersOf(view).flatMap((cluster) => {
    const stay = linkedStay(view, cluster);
    const day = stay?.dischargedDay ?? null;
    return stay && inside(day, window) ? [{ cluster, stay, day }] : [];
  });
  const units = linked.map(({ cluster, stay, day }) => ({
    day,
    unit: unitOfCluster(view, cluster, stay, day, fails(view, cluster, day) ? 0 : 1),
  }));
  const counted = units.filter(({ day }) => view.today > plus(day, 84));
  return {
    units: counted.map(({ unit }) => unit),
    quality: { pending: units.filter((it) => !counted.includes(it)).map(({ unit }) => unit) },
  };
};
const without = ['independent', 'advice', 'equipment-only', 'moved-away', 'other'];
const withSupport = ['ongoing-home-care', 'care-home-residential', 'care-home-nursing'];
export const outcomes = (view: View, window: Window): Cohort => ({
  units: clustersOf(view).flatMap((cluster) => {
    const { end } = cluster;
    const latest = last(cluster.episodes.filter(({ episode }) => episode.ended?.endedOn === end));
    const outcome = latest?.episode.ended?.outcome ?? '';
    if (end === null || !inside(end, window) || !latest) return [];
    const { person } = latest.one;
    if (ageOn(person.birthDate, end) < 18 || cluster.episodes.some(({ episode }) => episode.inLongTermSupport))
      return [];
    if (known(person.deaths, view.phase).some(({ at }) => dayOf(at) <= plus(end, 7))) return [];
    if (!without.includes(outcome) && !withSupport.includes(outcome)) return [];
    return [
      {
        person: cluster.person,
        caseId: latest.one.told.caseId,
        top: without.includes(outcome) ? 1 : 0,
        bottom: 1,
        keys: { ...keysOfCase(view, latest.one, end), provider: latest.episode.providerId },
      },
    ];
  }),
});
export const careHomes = (view: View, window: Window): Cohort => {
  const starts = view.cases
    .flatMap((one) =>
      one.told.requests
        .filter(
          ({ serviceType, interim, started }) =>
            longTerm.includes(serviceType) && !interim && isKnown(started, view.phase),
        )
        .map((request) => ({ one, request, day: dayOf(request.started?.at ?? '') })),
    )
    .sort(by(({ day }) => day));
  const seen = new Set<number>();
  return {
    units: starts.flatMap(({ one, request, day }) => {
      const person = one.person.number;
      const before = starts.some(
        (other) => other.one.person.number === person && other.day < day && other.day >= plus(day, -365),
      );
      if (!inside(day, window) || before || seen.has(person) || ageOn(one.person.birthDate, day) < 65) return [];
      seen.add(person);
      return [
        {
          person,
          caseId: one.told.caseId,
          top: 1,
          bottom: 0,
          keys: { ...keysOfCase(view, one, day), serviceType: request.serviceType },
        },
      ];
    }),
  };
};
export const startDelay = (view: View, window: Window): Cohort => ({
  units: view.cases.flatMap((one) =>
    episodesOf(one, view.phase).flatMap((episode) => {
      const discharged = one.discharged ? (one.stay?.dischargedDay ?? null) : null;
      if (!inside(episode.startedOn, window) || discharged === null) return [];
      return [
        {
          person: one.person.number,
          caseId: one.told.caseId,
          top: Math.max(0, between(discharged, episode.startedOn)),
          bottom: 1,
          keys: { ...keysOfCase(view, one, episode.startedOn), provider: episode.providerId },
        },
      ];
    }),
  ),
});

/* ---- brokerage ---- */

const targets: Readonly<Record<string, number>> = {
  'home-care': 24, reablement: 24, nursing: 48, residential: 72, 'supported-living': 336,
}; // prettier-ignore

const awardsOf = (view: View, window: Window): { unit: Unit; hours: number; serviceType: string }[] =>
  view.cases.flatMap((one) =>
    one.told.requests.flatMap((request) =>
      known(request.awards, view.phase)
        .filter(({ at }) => inside(dayOf(at), window))
        .flatMap(({ at, providerId }) => {
          const failure = last(known(request.failures, view.phase).filter((it) => it.at < at));
          const start = failure?.at ?? request.approved?.at;
          if (start === undefined) return [];
          const paused = request.pauses
            .filter(({ phase }) => phase <= view.phase)
            .map(
              ({ from, to }) =>
                Math.min(Date.parse(to), Date.parse(at)) - Math.max(Date.parse(from), Date.parse(start)),
            )
            .filter((ms) => ms > 0)
            .reduce((sum, ms) => sum + ms, 0);
          const hours = (Date.parse(at) - Date.parse(start) - paused) / 3_600_000;
          const keys = { ...keysOfCase(view, one, dayOf(at)), serviceType: request.serviceType, provider: providerId };
          const unit = { person: one.person.number, caseId: one.told.caseId, top: hours, bottom: 1, keys };
          return [{ unit, hours, serviceType: request.serviceType }];
        }),
    ),
  );
export const timeToSource = (view: View, window: Window): Cohort => ({
  units: awardsOf(view, window).map(({ unit }) => unit),
});
export const withinTarget = (view: View, window: Window): Cohort => ({
  units: awardsOf(view, window).flatMap(({ unit, hours, serviceType }) => {
    const target = targets[serviceType];
    return target === undefined ? [] : [{ ...unit, top: hours <= target ? 1 : 0 }];
  }),
});
export const declines = (view: View, window: Window): Cohort => ({
  units: view.cases.flatMap((one) =>
    one.told.requests.flatMap(({ declines: all, serviceType }) =>
      known(all, view.phase)
        .filter(({ at }) => inside(dayOf(at), window))
        .map(({ at, reason, providerId }) => ({
          person: one.person.number,
          caseId: one.told.caseId,
          top: 1,
          bottom: 0,
          keys: { ...keysOfCase(view, one, dayOf(at)), serviceType, provider: providerId, reason },
        })),
    ),
  ),
});

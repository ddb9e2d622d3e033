import type { CriteriaEntry, StayBlock } from '#libs/contracts/intake/stay-events.js';
import type { StoredEvent } from '#libs/event-store/port.js';

/**
 * Every figure worked out a second time, unit by unit and straight from the words of metrics.md, from the events themselves: plain, slow, and without
 * anything of the figures' own code.
 */
const london = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Europe/London',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});
const dayOf = (instant: string): string => london.format(new Date(instant));
const noon = (date: string): number => Date.parse(`${date}T12:00:00Z`);
const plus = (date: string, days: number): string =>
  new Date(noon(date) + days * 86_400_000).toISOString().slice(0, 10);
const apart = (from: string, to: string): number => Math.round((noon(to) - noon(from)) / 86_400_000);
const days = (from: string, to: string): string[] =>
  Array.from({ length: Math.max(0, apart(from, to)) }, (_, index) => plus(from, index));

type Facts = Readonly<Record<string, unknown>>;
interface Dated {
  readonly at: string;
  readonly meets: boolean;
}
interface Case {
  readonly caseId: string;
  /** Only a stay that counts. */
  readonly stay: StayBlock | null;
  /** Whatever became of it. */
  readonly linked: StayBlock | null;
  readonly linkedTo: string | null;
  readonly personId: string;
  readonly referredAt: string;
  readonly hospital: string | null;
  readonly ward: string | null;
  readonly authority: string | null;
  readonly entries: readonly StoredEvent[];
  readonly struck: ReadonlySet<string>;
  readonly endedAt: string | null;
  readonly merged: boolean;
}
/** One thing counted: a stay, a person-day, a check. */
export interface Reckoned {
  readonly numerator: number;
  readonly personId: string | null;
  readonly groups: Readonly<Record<string, string | null>>;
  /** Groups of the figure itself. */
  readonly keys?: readonly string[];
  readonly distinct?: string;
}
export interface Window {
  readonly from: string;
  readonly to: string;
}
export interface Cohort {
  readonly units: readonly Reckoned[];
  readonly quality: { readonly blank: number; readonly faults: number; readonly pending: number };
}
const none = { blank: 0, faults: 0, pending: 0 };

const owners: readonly (readonly [RegExp, string])[] = [
  [/^HP/, 'acute-trust'],
  [/^CTH/, 'hub'],
  [/^(IF1|CAP1|CAP2|IF2|IF6|CAP7|CAP11)$/, 'council'],
  [/^(IF3|CAP3|IF5|CAP5|CAP6|IF7|CAP8)$/, 'nhs'],
  [/^(IF4|CAP4)$/, 'housing'],
];
const emergencies = new Set(['21', '22', '23', '24', '25', '28', '2A', '2B', '2C', '2D']);
const earliest = (times: readonly (string | null | undefined)[]): string | null =>
  times.filter((time): time is string => typeof time === 'string').sort()[0] ?? null;
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

export class Reckoner {
  private readonly events: readonly StoredEvent[];
  private readonly asOf: string;
  private readonly today: string;
  private readonly streams: ReadonlyMap<string, readonly StoredEvent[]>;
  readonly stays: readonly StayBlock[];
  private readonly allStays: readonly StayBlock[];
  readonly cases: readonly Case[];

  constructor(all: readonly StoredEvent[], now: string, knownAt?: string) {
    this.events = knownAt === undefined ? all : all.filter((event) => event.recordedAt <= knownAt);
    this.asOf = knownAt !== undefined && knownAt < now ? knownAt : now;
    this.today = dayOf(this.asOf);
    this.streams = Map.groupBy(this.events, ({ streamId }) => streamId);
    this.allStays = this.ids('stay-').map((id) => this.streams.get(`stay-${id}`)?.at(-1)?.data['stay'] as StayBlock);
    this.stays = this.allStays.filter(
      ({ status, admittedAt }) => (status === 'open' || status === 'discharged') && admittedAt !== null,
    );
    this.cases = this.ids('case-').map((id) => this.caseOf(id));
  }

  private ids(prefix: string): string[] {
    return [...this.streams.keys()].filter((id) => id.startsWith(prefix)).map((id) => id.slice(prefix.length));
  }

  // People

  private standingMerges(): StoredEvent[] {
    return this.events.filter(
      (event) =>
        event.type === 'PeopleMerged' &&
        !this.events.some(
          (other) =>
            other.type === 'MergeReverted' &&
            other.data['mergeId'] === event.data['mergeId'] &&
            Number(other.position) > Number(event.position),
        ),
    );
  }

  person(id: string): string {
    const seen = new Set([id]);
    for (let at = id; ;) {
      const next = text(this.standingMerges().findLast((event) => event.data['loser'] === at)?.data['survivor']);
      if (next === null || seen.has(next)) return at;
      seen.add(next);
      at = next;
    }
  }

  private told(person: string, field: string): string | null {
    const givenUp = (id: string): boolean =>
      this.standingMerges().some(({ data }) => data['loser'] === id && data['because'] !== 'seen-together');
    const said = this.events
      .filter((event) => event.type === 'PersonalDetailsRecorded' && this.person(event.personId ?? '') === person)
      .filter((event) => field in (event.data['details'] as Facts))
      .sort(
        (a, b) =>
          Number(givenUp(b.personId ?? '')) - Number(givenUp(a.personId ?? '')) ||
          a.occurredAt.localeCompare(b.occurredAt) ||
          (a.eventId < b.eventId ? -1 : 1),
      );
    return text((said.at(-1)?.data['details'] as Facts | undefined)?.[field]);
  }

  private diedAt(person: string): string | null {
    const deaths = this.events.filter(
      (event) => event.type.startsWith('DeathRecord') && this.person(event.personId ?? '') === person,
    );
    const last = Map.groupBy(deaths, (event) => `${String(event.personId)} ${String(event.data['source'])}`);
    return earliest(
      [...last.values()].map((said) => {
        const event = said.at(-1);
        return event?.type === 'DeathRecorded' ? (text(event.data['diedAt']) ?? event.occurredAt) : null;
      }),
    );
  }

  private age(person: string, stay: StayBlock | null, on: string): number | null {
    const years = (since: string): number =>
      Number(on.slice(0, 4)) - Number(since.slice(0, 4)) - (on.slice(5) < since.slice(5) ? 1 : 0);
    const born = this.told(person, 'birthDate');
    if (born !== null) return years(born);
    return stay?.age ? stay.age.years + Math.max(0, years(stay.age.on)) : null;
  }

  // Cases and stays

  private caseOf(caseId: string): Case {
    const log = this.streams.get(`case-${caseId}`) ?? [];
    const struck = new Set<string>();
    for (const event of [...log].reverse())
      if (event.type === 'EntryMarkedInError' && !struck.has(event.eventId)) struck.add(String(event.data['eventId']));
    const entries = log.filter(({ eventId }) => !struck.has(eventId));
    const referred = entries.find(({ type }) => type === 'CaseReferred');
    const linkedTo = text(entries.findLast(({ type }) => type === 'CaseLinkedToStay')?.data['stayId']);
    let ends: StoredEvent[] = [];
    for (const event of entries) {
      if (event.type === 'CaseReopened') ends = ends.filter(({ data }) => data['by'] !== event.data['undoes']);
      if (event.type !== 'CaseClosed' && event.type !== 'ReferralWithdrawn') continue;
      // The team ends a case once; of a death the newest word holds.
      ends = ends.filter(({ data }) => data['by'] === 'hand' || data['by'] !== event.data['by']);
      ends.push(event);
    }
    const stay = this.stays.find(({ stayId }) => stayId === linkedTo) ?? null;
    const linked = this.allStays.find(({ stayId }) => stayId === linkedTo) ?? null;
    return {
      caseId,
      stay,
      linked,
      linkedTo,
      personId: this.person(linked?.personId ?? log[0]?.personId ?? ''),
      referredAt: referred?.occurredAt ?? '',
      hospital: text(referred?.data['hospital']),
      ward: text(referred?.data['ward']),
      authority: text(referred?.data['homeAuthority']),
      entries,
      struck,
      endedAt: earliest(ends.map(({ occurredAt }) => occurredAt)),
      merged: ends.some(({ data }) => data['by'] === 'merged'),
    };
  }

  private casesOf({ stayId }: StayBlock): Case[] {
    return this.cases
      .filter((each) => each.linkedTo === stayId)
      .sort((a, b) => a.referredAt.localeCompare(b.referredAt) || a.caseId.localeCompare(b.caseId));
  }

  private of(own: Case, type: string): StoredEvent[] {
    return own.entries.filter((event) => event.type === type);
  }

  private alive(stay: StayBlock): boolean {
    const died = earliest([this.diedAt(this.person(stay.personId)), stay.diedAt]);
    return (
      stay.dischargeMethodCode !== '4' &&
      stay.dischargeMethodCode !== '5' &&
      stay.destinationCode !== '79' &&
      !(died !== null && stay.dischargedAt !== null && died <= stay.dischargedAt)
    );
  }

  private leftOn(stay: StayBlock): string | null {
    return stay.status === 'discharged' && stay.dischargedAt !== null ? dayOf(stay.dischargedAt) : null;
  }

  /** A ready date that cannot be. */
  private isFault({ meets, readyDate }: CriteriaEntry, stay: StayBlock): boolean {
    if (meets || readyDate === null) return false;
    const left = this.leftOn(stay);
    return (
      (stay.admittedAt !== null && readyDate < dayOf(stay.admittedAt)) ||
      readyDate > this.today ||
      (left !== null && readyDate > left)
    );
  }

  private said(stay: StayBlock): CriteriaEntry[] {
    const cases = this.casesOf(stay);
    return stay.criteria.filter(({ eventId }) => !cases.some(({ struck }) => struck.has(eventId)));
  }

  /** What counts of the criteria, in order. */
  private history(stay: StayBlock | null, own?: Case): Dated[] {
    interface Said extends Dated {
      readonly recorded: string;
      readonly id: string;
      readonly eventId: string;
      readonly ready: string | null;
    }
    const feed = (stay ? this.said(stay) : []).flatMap((entry): Said[] => {
      const { meets, sourceRecordedAt, controlId, eventId, readyDate } = entry;
      const said = { meets, recorded: sourceRecordedAt, id: controlId, eventId };
      if (stay && this.isFault(entry, stay)) return [];
      return [{ ...said, at: entry.at, ready: meets ? null : readyDate }];
    });
    const team = (stay ? this.casesOf(stay) : own ? [own] : [])
      .flatMap((each) => this.of(each, 'CriteriaToResideRecorded'))
      .map((event): Said => ({
        at: event.occurredAt,
        recorded: event.recordedAt,
        id: '',
        eventId: event.eventId,
        meets: event.data['meets'] === true,
        ready: null,
      }));
    const late = (a: Said, b: Said): number =>
      a.recorded.localeCompare(b.recorded) || a.id.localeCompare(b.id) || (a.eventId < b.eventId ? -1 : 1);
    const all = [...feed, ...team].sort((a, b) => a.at.localeCompare(b.at) || late(a, b));
    return all.filter(
      (one) =>
        one.ready === null ||
        !all.some((other) => {
          if (other === one || other.ready === null || late(other, one) < 0) return false;
          const [low = 0, high = 0] = [all.indexOf(one), all.indexOf(other)].sort((a, b) => a - b);
          return !all.slice(low, high).some(({ meets }) => meets);
        }),
    );
  }

  private drd(stay: StayBlock): string | null {
    let since: string | null = null;
    for (const { at, meets } of this.history(stay).filter((one) => one.at <= (stay.dischargedAt ?? '')))
      since = meets ? null : (since ?? dayOf(at));
    return since;
  }

  private counted(stay: StayBlock): Case[] {
    const { dischargedAt } = stay;
    if (this.leftOn(stay) === null || dischargedAt === null || !this.alive(stay)) return [];
    return this.casesOf(stay).filter(({ merged, endedAt }) => !merged && (endedAt === null || endedAt >= dischargedAt));
  }

  private authority(stay: StayBlock): string | null {
    const cases = this.casesOf(stay);
    const own = cases.filter(({ merged }) => !merged);
    const left = this.leftOn(stay) === null ? null : stay.dischargedAt;
    const stands = own.find(({ endedAt }) => endedAt === null || (left !== null && endedAt >= left));
    return (stands ?? own.at(-1) ?? cases.at(-1))?.authority ?? stay.homeAuthority;
  }

  private pathway(own: Case, at: string | null): string | null {
    const all = this.of(own, 'PathwayAssigned')
      .map((event, index) => ({ event, index }))
      .sort((a, b) => a.event.occurredAt.localeCompare(b.event.occurredAt) || a.index - b.index)
      .map(({ event }) => event);
    const found = at === null ? undefined : all.findLast(({ occurredAt }) => occurredAt <= at);
    return found ? String(found.data['pathway']) : null;
  }

  private latestPathway(own: Case): string | null {
    return this.pathway(own, '9999');
  }

  private band(age: number | null): string | null {
    if (age === null || age < 18) return null;
    return age < 65 ? '18-64' : age < 75 ? '65-74' : age < 85 ? '75-84' : '85+';
  }

  private ofStay(stay: StayBlock, age: number | null, on: string, ward: string | null): Reckoned['groups'] {
    const person = this.person(stay.personId);
    return {
      hospital: stay.hospital,
      ward,
      authority: this.authority(stay),
      ageBand: this.band(age),
      sex: stay.sex ?? this.told(person, 'sex'),
      day: on,
      month: on.slice(0, 7),
    };
  }

  private ofCase(own: Case | undefined, personId: string | null, on: string): Reckoned['groups'] {
    const stay = own?.linked ?? null;
    const person = own?.personId ?? (personId === null ? null : this.person(personId));
    const age = person === null ? null : this.age(person, stay, on);
    const left = own?.stay && this.leftOn(own.stay) !== null ? own.stay.dischargedAt : null;
    return {
      hospital: stay?.hospital ?? own?.hospital ?? null,
      ward: stay?.locations.at(-1)?.ward ?? own?.ward ?? null,
      authority: own?.authority ?? stay?.homeAuthority ?? null,
      ageBand: this.band(age),
      sex: stay?.sex ?? (person === null ? null : this.told(person, 'sex')),
      pathway: own ? (this.pathway(own, left) ?? this.latestPathway(own)) : null,
      day: on,
      month: on.slice(0, 7),
    };
  }

  // Figures

  /** Stays discharged in the window with what the figures ask of them. */
  private discharged({ from, to }: Window) {
    return this.stays.flatMap((stay) => {
      const left = this.leftOn(stay);
      if (left === null || left < from || left >= to) return [];
      const age = this.age(this.person(stay.personId), stay, left);
      const cases = this.counted(stay);
      const at = (own: Case | undefined): string | null =>
        own ? (this.pathway(own, stay.dischargedAt) ?? 'unassigned') : null;
      const pathway = at(cases[0]);
      const groups = {
        ...this.ofStay(stay, age, left, stay.locations.at(-1)?.ward ?? null),
        pathway: pathway === 'unassigned' ? null : pathway,
        destination: stay.destinationCode,
      };
      return [
        {
          stay,
          age,
          groups,
          left,
          pathway,
          pathways: cases.map(at),
          nights: apart(dayOf(stay.admittedAt ?? ''), left),
          alive: this.alive(stay),
          personId: this.person(stay.personId),
        },
      ];
    });
  }

  los(window: Window, numerator: (nights: number) => number): Cohort {
    const stays = this.discharged(window).filter(({ nights, age }) => nights >= 1 && age !== null && age >= 18);
    return { units: stays.map((each) => ({ ...each, numerator: numerator(each.nights) })), quality: none };
  }

  drds(window: Window, version: string, numerator: (days: number) => number | null, keys = false): Cohort {
    const transfers = ['49', '50', '51', '52', '53', '84', '87'];
    const published = version === 'published-2024-25';
    const cohort = this.discharged(window).filter(
      ({ alive, nights, age, stay }) =>
        alive &&
        nights >= 1 &&
        age !== null &&
        age >= (published ? 16 : 18) &&
        !(published && transfers.includes(stay.destinationCode ?? '')),
    );
    const quality = { ...none };
    const bucket = (d: number): string =>
      d < 2 ? String(d) : d < 4 ? '2-3' : d < 7 ? '4-6' : d < 14 ? '7-13' : d < 21 ? '14-20' : '21+';
    const units = cohort.flatMap((each): Reckoned[] => {
      if (this.said(each.stay).some((entry) => this.isFault(entry, each.stay))) quality.faults += 1;
      const ready = this.drd(each.stay);
      if (ready === null) quality.blank += 1;
      if (ready === null && version === '2024-05-recorded') return [];
      const d = ready === null ? 0 : apart(ready, each.left);
      const counted = numerator(d);
      return counted === null ? [] : [{ ...each, numerator: counted, ...(keys ? { keys: [bucket(d)] } : {}) }];
    });
    return { units, quality };
  }

  usualPlace(window: Window, usual: readonly string[]): Cohort {
    const stays = this.discharged(window).filter(
      ({ alive, age, stay }) => alive && age !== null && age >= 18 && ![null, '', '98'].includes(stay.destinationCode),
    );
    const units = stays.map((each) => ({
      ...each,
      numerator: usual.includes(each.stay.destinationCode ?? '') ? 1 : 0,
    }));
    return { units, quality: none };
  }

  pathwayMix(window: Window, version: string): Cohort {
    const stays = this.discharged(window).filter(({ alive, age }) => alive && age !== null && age >= 18);
    const units =
      version === 'referred'
        ? stays.flatMap((each) => each.pathways.map((key) => ({ ...each, numerator: 1, keys: [key ?? ''] })))
        : stays.map((each) => ({ ...each, numerator: 1, keys: [each.pathway ?? '0'] }));
    return { units, quality: none };
  }

  supportedHome(window: Window): Cohort {
    const stays = this.discharged(window).filter(({ alive, age }) => alive && age !== null && age >= 18);
    const units = stays.flatMap((each) =>
      each.pathways
        .filter((pathway) => ['1', '2', '3'].includes(pathway ?? ''))
        .map((pathway) => ({
          ...each,
          groups: { ...each.groups, pathway },
          numerator: pathway === '1' ? 1 : 0,
        })),
    );
    return { units, quality: none };
  }

  /** Snapshots: one unit a stay and day. */
  onDays({ from, to }: Window, what: 'remaining' | 'patients' | number): Cohort {
    const units = this.stays.flatMap((stay) =>
      days(from, to).flatMap((on): Reckoned[] => {
        const admitted = dayOf(stay.admittedAt ?? '');
        const left = this.leftOn(stay);
        const open = admitted <= on && (left === null || on < left);
        const age = this.age(this.person(stay.personId), stay, on);
        if (age === null || age < 18) return [];
        const atMidnight = this.history(stay).findLast(({ at }) => dayOf(at) <= on)?.meets === false;
        const { dischargedAt } = stay;
        const atDischarge =
          dischargedAt !== null && this.history(stay).findLast(({ at }) => at <= dischargedAt)?.meets === false;
        const counts =
          typeof what === 'number'
            ? open && apart(admitted, on) >= what
            : (open && atMidnight) || (what === 'patients' && left === on && this.alive(stay) && atDischarge);
        if (!counts) return [];
        const ward = stay.locations.findLast(({ from: since }) => dayOf(since) <= on)?.ward ?? null;
        return [{ numerator: 1, personId: this.person(stay.personId), groups: this.ofStay(stay, age, on, ward) }];
      }),
    );
    return { units, quality: none };
  }

  private handDischarge(own: Case): { by: string; at: string } | null {
    let found: { by: string; at: string } | null = null;
    for (const event of own.entries) {
      if (event.type === 'CaseDischarged')
        found = { by: String(event.data['by']), at: String(event.data['dischargedAt']) };
      if (event.type === 'DischargeReversed') found = null;
    }
    return found;
  }

  /** When the case left hospital, as the delays see it: the stay is the witness of what the ward said, also when it was cancelled and so never was. */
  private caseLeftAt(own: Case): string | null {
    const { stay, linked } = own;
    if (stay && this.leftOn(stay) !== null) return stay.dischargedAt;
    const by = this.handDischarge(own);
    return by && (linked === null || by.by === 'hand') ? by.at : null;
  }

  /** `perDay`: bed days, each person once a day; `eachDay`: cases, on each day they were delayed. */
  delays({ from, to }: Window, perDay: boolean, eachDay = false): Cohort {
    const end = to < plus(this.today, 1) ? to : plus(this.today, 1);
    const units = this.cases.flatMap((own) => {
      if (own.linked?.status === 'cancelled') return [];
      const history = this.history(own.stay, own);
      const left = this.caseLeftAt(own);
      return this.of(own, 'DelayStarted').flatMap((started) => {
        const meets = history.findLast(({ at }) => at <= started.occurredAt)?.meets;
        const opens =
          started.data['anticipated'] === true
            ? meets === false
              ? started.occurredAt
              : history.find(({ at, meets: met }) => at > started.occurredAt && !met)?.at
            : meets === true
              ? undefined
              : started.occurredAt;
        if (opens === undefined) return [];
        const ends = earliest([
          ...this.of(own, 'DelayEnded')
            .filter((event) => event.data['delayId'] === started.data['delayId'])
            .map(({ occurredAt }) => occurredAt),
          history.find(({ at, meets: met }) => met && at > opens)?.at,
          left,
          own.endedAt,
          this.diedAt(own.personId),
          own.stay?.diedAt,
        ]);
        if (ends !== null && ends <= opens) return [];
        const reason = String(started.data['reason']);
        const unit = (on: string): Reckoned => ({
          numerator: 1,
          personId: own.personId,
          distinct: perDay ? `${own.personId} ${on}` : own.caseId,
          groups: {
            ...this.ofCase(own, null, on),
            pathway: this.pathway(own, left) ?? this.latestPathway(own),
            reason,
            family: reason.replace(/\d+/, ''),
            owner: text(started.data['owner']) ?? owners.find(([pattern]) => pattern.test(reason))?.[1] ?? 'joint',
          },
        });
        if (perDay)
          return days(from, end)
            .filter((on) => dayOf(opens) <= on && (ends === null || on < dayOf(ends)))
            .map(unit);
        // A moment of the span lies in the days.
        const overlaps = (first: string, last: string): boolean =>
          dayOf(opens) < last && (ends === null || ends > new Date(this.midnight(first)).toISOString());
        if (eachDay)
          return days(from, end)
            .filter((on) => overlaps(on, plus(on, 1)))
            .map(unit);
        return from < end && overlaps(from, end) ? [unit(dayOf(opens) > from ? dayOf(opens) : from)] : [];
      });
    });
    return { units, quality: none };
  }

  /** The first moment of a London day. */
  private midnight(date: string): number {
    for (const hour of ['00', '23'] as const) {
      const at = Date.parse(`${hour === '00' ? date : plus(date, -1)}T${hour}:00:00Z`);
      if (dayOf(new Date(at).toISOString()) === date && dayOf(new Date(at - 1).toISOString()) !== date) return at;
    }
    throw new Error(`no midnight of ${date}`);
  }

  private awardsOf(requestId: string) {
    const log = this.streams.get(`request-${requestId}`) ?? [];
    interface Award {
      readonly at: string;
      readonly provider: string;
      readonly serviceType: string;
      readonly funding: string | null;
      readonly hours: number | null;
      stands: boolean;
      startedOn: string[];
    }
    const awards: Award[] = [];
    const details = log.filter(({ data }) => 'details' in data);
    let funding: string | null = null;
    let clock: string | null = null;
    for (const event of log) {
      const { type, data, occurredAt } = event;
      if (details.includes(event)) funding = text((data['details'] as Facts)['funding']) ?? funding;
      if (type === 'RequestApproved' || type === 'PlacementFailed') clock = occurredAt;
      const last = awards.at(-1);
      if (type === 'PlacementFailed' && last) last.stands = false;
      if (type === 'PlacementStarted' && last) last.startedOn.push(String(data['startedOn']));
      if (type === 'PlacementAwarded')
        awards.push({
          at: occurredAt,
          provider: String(data['providerId']),
          serviceType: String(data['serviceType']),
          funding: text(data['funding']) ?? funding,
          hours:
            clock === null
              ? null
              : (Date.parse(occurredAt) - Date.parse(clock) - this.paused(log, clock, occurredAt)) / 3_600_000,
          stands: true,
          startedOn: [],
        });
    }
    const last = details.at(-1)?.data['details'] as Facts | undefined;
    const interims = details.flatMap(({ data }) => {
      const { interimFor } = data['details'] as Facts;
      return interimFor === undefined ? [] : [interimFor !== null];
    });
    return {
      awards,
      log,
      serviceType: text(last?.['serviceType']),
      interim: interims.at(-1) ?? false,
      own: this.cases.find(
        ({ caseId }) => caseId === log.find(({ type }) => type === 'PlacementRequested')?.data['caseId'],
      ),
      personId: log[0]?.personId ?? null,
    };
  }

  /** Milliseconds paused between two times, for whatever reason. */
  private paused(log: readonly StoredEvent[], from: string, to: string): number {
    const turns = log
      .filter(({ type }) => type === 'RequestPaused' || type === 'RequestResumed')
      .map((event, index) => ({ event, index }))
      .sort((a, b) => a.event.occurredAt.localeCompare(b.event.occurredAt) || a.index - b.index);
    const at = [from, to, ...turns.map(({ event }) => event.occurredAt)]
      .filter((time) => from <= time && time <= to)
      .sort();
    let sum = 0;
    for (const [index, start] of at.entries()) {
      const end = at[index + 1];
      if (end === undefined) break;
      const reasons = new Set<unknown>();
      for (const { event } of turns)
        if (event.occurredAt <= start) {
          if (event.type === 'RequestPaused') reasons.add(event.data['because']);
          else reasons.delete(event.data['because']);
        }
      if (reasons.size > 0) sum += Date.parse(end) - Date.parse(start);
    }
    return sum;
  }

  awards({ from, to }: Window, numerator: (award: { hours: number; serviceType: string }) => number | null): Cohort {
    const units = this.ids('request-').flatMap((id) => {
      const { awards, own, personId } = this.awardsOf(id);
      return awards.flatMap((award): Reckoned[] => {
        const on = dayOf(award.at);
        const counted = award.hours === null ? null : numerator({ ...award, hours: award.hours });
        if (on < from || on >= to || counted === null) return [];
        return [
          {
            numerator: counted,
            personId: own?.personId ?? (personId === null ? null : this.person(personId)),
            groups: { ...this.ofCase(own, personId, on), serviceType: award.serviceType, provider: award.provider },
          },
        ];
      });
    });
    return { units, quality: none };
  }

  declines({ from, to }: Window): Cohort {
    const units = this.ids('request-').flatMap((id) => {
      const { log, own, personId, serviceType } = this.awardsOf(id);
      return log.flatMap(({ type, occurredAt, data }): Reckoned[] => {
        const on = dayOf(occurredAt);
        if (type !== 'ProviderDeclined' || on < from || on >= to) return [];
        const said = { serviceType, provider: text(data['providerId']), reason: text(data['reason']) };
        const person = own?.personId ?? (personId === null ? null : this.person(personId));
        return [{ numerator: 1, personId: person, groups: { ...this.ofCase(own, personId, on), ...said } }];
      });
    });
    return { units, quality: none };
  }

  private longTerm() {
    return this.ids('request-').flatMap((id) => {
      const { awards, own, personId, interim } = this.awardsOf(id);
      if (interim) return [];
      return awards
        .filter(({ serviceType }) => serviceType === 'residential' || serviceType === 'nursing')
        .flatMap(({ startedOn, serviceType }) =>
          startedOn.map((on) => ({ on, serviceType, own, personId: own?.personId ?? this.person(personId ?? '') })),
        );
    });
  }

  careHomeStarts({ from, to }: Window): Cohort {
    const starts = this.longTerm();
    const units = starts
      .filter(
        ({ on, own, personId }) => from <= on && on < to && (this.age(personId, own?.linked ?? null, on) ?? 0) >= 65,
      )
      .filter(
        ({ on, personId }) =>
          !starts.some((other) => other.personId === personId && plus(on, -365) <= other.on && other.on < on),
      )
      .map(({ on, own, personId, serviceType }) => ({
        numerator: 1,
        personId,
        distinct: personId,
        groups: { ...this.ofCase(own, personId, on), serviceType },
      }));
    return { units, quality: none };
  }

  private episodes() {
    return this.ids('reablement-').flatMap((episodeId) => {
      const log = this.streams.get(`reablement-${episodeId}`) ?? [];
      const started = log.find(({ type }) => type === 'ReablementStarted');
      if (!started) return [];
      const last = log.findLast(({ type }) => type.startsWith('ReablementEnd'));
      const end = last?.type === 'ReablementEnded' ? last.data : null;
      const own = this.cases.find(({ caseId }) => caseId === started.data['caseId']);
      return [
        {
          episodeId,
          own,
          caseId: String(started.data['caseId']),
          provider: text(started.data['providerId']),
          startedOn: String(started.data['startedOn']),
          endedOn: text(end?.['endedOn']),
          outcome: text(end?.['outcome']),
          assessor: text(started.data['assessorType']),
          inLongTermSupport: started.data['inLongTermSupport'] === true,
          personId: this.person(own?.linked?.personId ?? started.personId ?? ''),
        },
      ];
    });
  }

  private checkList() {
    return this.ids('check-').flatMap((id) => {
      const log = this.streams.get(`check-${id}`) ?? [];
      const scheduled = log.filter(({ type }) => type === 'Day91CheckScheduled' || type === 'Day91CheckReinstated');
      const last = scheduled.at(-1);
      if (!last) return [];
      const dischargedOn = String(last.data['dischargedOn']);
      const dateAt = (event: StoredEvent): unknown =>
        (scheduled.findLast(({ revision }) => revision < event.revision) ?? scheduled[0])?.data['dischargedOn'];
      // The newest word on the answer that was given for this discharge date.
      const answer = log.findLast(
        (event) => ['Day91CheckCompleted', 'Day91CheckReopened'].includes(event.type) && dateAt(event) === dischargedOn,
      );
      const state = log.findLast(({ type }) => /Scheduled|Reinstated|Cancelled/.test(type));
      const caseId = log.find(({ type }) => type === 'Day91CheckScheduled')?.data['caseId'];
      const own = this.cases.find((each) => each.caseId === caseId);
      const episode = this.episodes()
        .filter(
          ({ caseId: of, startedOn }) =>
            of === caseId && plus(dischargedOn, -3) <= startedOn && startedOn <= plus(dischargedOn, 7),
        )
        .sort((a, b) => a.startedOn.localeCompare(b.startedOn) || a.episodeId.localeCompare(b.episodeId))[0];
      const awards = this.ids('request-')
        .map((request) => this.awardsOf(request))
        .filter((request) => request.own?.caseId === caseId)
        .flatMap((request) => request.awards)
        .filter(({ serviceType }) => serviceType === 'reablement' || serviceType === 'rehab-bed')
        .sort((a, b) => a.at.localeCompare(b.at));
      const award = awards.findLast(({ stands }) => stands) ?? awards.at(-1);
      const personId = own?.personId ?? this.person(log[0]?.personId ?? '');
      return [
        {
          dischargedOn,
          cancelled: state?.type === 'Day91CheckCancelled',
          status: answer?.type === 'Day91CheckCompleted' ? text(answer.data['status']) : null,
          stayId: text(last.data['stayId']) ?? own?.linked?.stayId ?? null,
          age: this.age(personId, own?.linked ?? null, dischargedOn) ?? 0,
          assessor: episode?.assessor ?? null,
          funding: award?.funding ?? null,
          personId,
          groups: {
            ...this.ofCase(own, personId, dischargedOn),
            provider: episode?.provider ?? award?.provider ?? null,
          },
        },
      ];
    });
  }

  private inCohort(check: ReturnType<Reckoner['checkList']>[number], version: string): boolean {
    const nhs = check.assessor === 'nhs' && version === '2b-classic';
    return !check.cancelled && check.age >= 65 && !nhs && check.funding !== 'self-funded';
  }

  checks({ from, to }: Window, version: string, known: boolean): Cohort {
    const due = this.checkList().filter(
      (check) => from <= check.dischargedOn && check.dischargedOn < to && this.inCohort(check, version),
    );
    const pending = ({ status, dischargedOn }: (typeof due)[number]): boolean =>
      status === null && !(this.today > plus(dischargedOn, 105));
    const home = ['own-home', 'extra-care', 'shared-lives', 'care-home-respite'];
    const units = due
      .filter((check) => !pending(check))
      .filter(({ status }) => !known || ![null, 'not-contactable', 'moved-away'].includes(status))
      .map((check) => ({ ...check, numerator: home.includes(check.status ?? '') ? 1 : 0 }));
    return { units, quality: { ...none, pending: due.filter(pending).length } };
  }

  offered(window: Window): Cohort {
    const checks = this.checkList().filter(
      (check) =>
        window.from <= check.dischargedOn && check.dischargedOn < window.to && this.inCohort(check, '2b-classic'),
    );
    const stays = this.discharged(window).filter(({ alive, age }) => alive && age !== null && age >= 65);
    const units = stays.map((each) => ({
      ...each,
      numerator: checks.some(({ stayId }) => stayId === each.stay.stayId) ? 1 : 0,
    }));
    return { units, quality: none };
  }

  private clusters() {
    type Episode = ReturnType<Reckoner['episodes']>[number];
    return [...Map.groupBy(this.episodes(), ({ personId }) => personId)].flatMap(([personId, own]) => {
      const clusters: Episode[][] = [];
      for (const episode of own.sort(
        (a, b) => a.startedOn.localeCompare(b.startedOn) || a.episodeId.localeCompare(b.episodeId),
      )) {
        const last = clusters.at(-1);
        const joins = last?.some(({ endedOn }) => endedOn === null || episode.startedOn <= plus(endedOn, 7));
        if (last && joins) last.push(episode);
        else clusters.push([episode]);
      }
      return clusters.map((episodes) => ({
        personId,
        episodes,
        startedOn: episodes[0]?.startedOn ?? '',
        endedOn: episodes.some(({ endedOn }) => endedOn === null)
          ? null
          : (episodes
              .map(({ endedOn }) => endedOn ?? '')
              .sort()
              .at(-1) ?? null),
      }));
    });
  }

  linkedClusters({ from, to }: Window): Cohort {
    const quality = { ...none };
    const units = this.clusters().flatMap((cluster): Reckoned[] => {
      const own = this.stays.filter(({ personId }) => this.person(personId) === cluster.personId);
      const linked = own
        .filter((stay) => {
          const left = this.leftOn(stay);
          const admitted = dayOf(stay.admittedAt ?? '');
          return (
            left !== null &&
            plus(cluster.startedOn, -7) <= left &&
            left <= plus(cluster.startedOn, 3) &&
            admitted <= cluster.startedOn &&
            apart(admitted, left) >= 1 &&
            (this.age(cluster.personId, stay, left) ?? 0) >= 65 &&
            this.alive(stay) &&
            !['49', '50', '51', '52', '79', '87', '88'].includes(stay.destinationCode ?? '') &&
            !['31', '32', '82', '83'].includes(stay.admissionMethodCode ?? '')
          );
        })
        .sort((a, b) => (a.dischargedAt ?? '').localeCompare(b.dischargedAt ?? ''))
        .at(-1);
      const left = linked ? this.leftOn(linked) : null;
      if (!linked || left === null || left < from || left >= to) return [];
      const until = plus(left, 84);
      const first = cluster.episodes[0];
      const found = this.cases.find(({ caseId }) => caseId === first?.caseId);
      const groups = {
        ...this.ofCase(found, cluster.personId, left),
        hospital: linked.hospital,
        ward: linked.locations.at(-1)?.ward ?? null,
        sex: linked.sex ?? this.told(cluster.personId, 'sex'),
        ageBand: this.band(this.age(cluster.personId, linked, left)),
        provider: first?.provider ?? null,
      };
      if (this.today <= until) {
        quality.pending += 1;
        return [];
      }
      const within = (on: string): boolean => left <= on && on <= until;
      const died = this.diedAt(cluster.personId);
      const fails =
        (died !== null && within(dayOf(died))) ||
        own.some((stay) => {
          const admitted = dayOf(stay.admittedAt ?? '');
          const nights = apart(admitted, this.leftOn(stay) ?? this.today);
          return (
            emergencies.has(stay.admissionMethodCode ?? '') &&
            nights >= 1 &&
            admitted > left &&
            admitted > cluster.startedOn &&
            admitted <= until
          );
        }) ||
        this.longTerm().some(({ personId, on }) => personId === cluster.personId && within(on));
      return [{ numerator: fails ? 0 : 1, personId: cluster.personId, groups }];
    });
    return { units, quality };
  }

  endedClusters({ from, to }: Window): Cohort {
    const neither = ['died', 'admitted-to-hospital', 'declined', 'self-funded', 'nhs-funded'];
    const ongoing = ['ongoing-home-care', 'care-home-residential', 'care-home-nursing'];
    const units = this.clusters().flatMap(({ personId, episodes, endedOn }): Reckoned[] => {
      if (endedOn === null || endedOn < from || endedOn >= to) return [];
      const first = episodes[0];
      const found = this.cases.find(({ caseId }) => caseId === first?.caseId);
      const age = this.age(personId, found?.linked ?? null, endedOn);
      if (age === null || age < 18 || episodes.some(({ inLongTermSupport }) => inLongTermSupport)) return [];
      const outcome = episodes.findLast((episode) => episode.endedOn === endedOn)?.outcome ?? '';
      const died = this.diedAt(personId);
      if (neither.includes(outcome) || (died !== null && dayOf(died) <= plus(endedOn, 7))) return [];
      const groups = { ...this.ofCase(found, personId, endedOn), provider: first?.provider ?? null };
      return [{ numerator: ongoing.includes(outcome) ? 0 : 1, personId, groups }];
    });
    return { units, quality: none };
  }

  startDelay({ from, to }: Window): Cohort {
    const units = this.episodes().flatMap(({ startedOn, own, provider, personId }): Reckoned[] => {
      if (startedOn < from || startedOn >= to || !own) return [];
      const { stay } = own;
      const byWard = stay && this.leftOn(stay) !== null;
      if (stay && byWard && !this.counted(stay).includes(own)) return [];
      const left = this.caseLeftAt(own);
      if (left === null) return [];
      const groups = { ...this.ofCase(own, personId, startedOn), provider };
      return [{ numerator: Math.max(0, apart(dayOf(left), startedOn)), personId, groups }];
    });
    return { units, quality: none };
  }
}

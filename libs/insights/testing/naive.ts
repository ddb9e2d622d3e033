import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import type { StoredEvent } from '#libs/event-store/port.js';

/**
 * Figures worked out a second time, day by day and straight from the words of metrics.md, from the events themselves. Deliberately naive and
 * deliberately without anything of the figures' own code: what the two have in common is only the text.
 */
const london = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Europe/London',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});
const day = (instant: string): string => london.format(new Date(instant));
const next = (date: string): string =>
  new Date(Date.parse(`${date}T12:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
const daysOf = (from: string, to: string): string[] => {
  const days: string[] = [];
  for (let each = from; each < to; each = next(each)) days.push(each);
  return days;
};
const apart = (from: string, to: string): number => daysOf(from, to).length;

interface Said {
  readonly at: string;
  readonly recorded: string;
  readonly id: string;
  readonly meets: boolean;
  readonly ready: string | null;
}

export class Naive {
  private readonly events: readonly StoredEvent[];

  constructor(
    all: readonly StoredEvent[],
    private readonly now: string,
    knownAt?: string,
  ) {
    this.events = knownAt === undefined ? all : all.filter((event) => event.recordedAt <= knownAt);
  }

  private stays(): StayBlock[] {
    return this.allStays().filter(({ status }) => status === 'open' || status === 'discharged');
  }

  private allStays(): StayBlock[] {
    const ids = new Set(
      this.events.filter(({ streamId }) => streamId.startsWith('stay-')).map(({ streamId }) => streamId),
    );
    return [...ids].map(
      (id) =>
        this.events.filter(({ streamId }) => streamId === id).sort((a, b) => b.revision - a.revision)[0]?.data[
          'stay'
        ] as StayBlock,
    );
  }

  private ofCase(caseId: string, type: string): StoredEvent[] {
    const marked = this.events
      .filter((event) => event.type === 'EntryMarkedInError')
      .map((event) => event.data['eventId']);
    return this.events.filter(
      (event) => event.streamId === `case-${caseId}` && event.type === type && !marked.includes(event.eventId),
    );
  }

  private caseIds(): string[] {
    return [
      ...new Set(
        this.events.filter(({ streamId }) => streamId.startsWith('case-')).map(({ streamId }) => streamId.slice(5)),
      ),
    ];
  }

  private stayOfCase(caseId: string): StayBlock | undefined {
    const linked = this.ofCase(caseId, 'CaseLinkedToStay').at(-1)?.data['stayId'];
    return this.stays().find(({ stayId }) => stayId === linked);
  }

  /** What counts of the criteria of a stay, in order. */
  private history(stay: StayBlock): Said[] {
    const fromFeed = stay.criteria.map((entry) => ({
      at: entry.at,
      recorded: entry.sourceRecordedAt,
      id: entry.controlId,
      meets: entry.meets,
      ready: entry.readyDate,
    }));
    const fromTeam = this.caseIds()
      .filter((caseId) => this.stayOfCase(caseId)?.stayId === stay.stayId)
      .flatMap((caseId) => this.ofCase(caseId, 'CriteriaToResideRecorded'))
      .map((event) => ({
        at: event.occurredAt,
        recorded: event.recordedAt,
        id: '',
        meets: event.data['meets'] === true,
        ready: null,
      }));
    const order = (a: Said, b: Said): number =>
      a.at.localeCompare(b.at) || a.recorded.localeCompare(b.recorded) || a.id.localeCompare(b.id);
    const all = [...fromFeed, ...fromTeam].filter(({ ready }) => !this.isFault(ready, stay)).sort(order);
    return all.filter(
      (said) =>
        said.ready === null ||
        // Replaced by a ready date recorded later, unless a "met" lies between the two.
        !all.some((other) => {
          if (other.ready === null || other === said) return false;
          const later = (other.recorded.localeCompare(said.recorded) || other.id.localeCompare(said.id)) > 0;
          const [low, high] = [all.indexOf(said), all.indexOf(other)].sort((a, b) => a - b);
          return later && !all.slice(low, high).some(({ meets }) => meets);
        }),
    );
  }

  private isFault(ready: string | null, stay: StayBlock): boolean {
    if (ready === null || stay.admittedAt === null) return false;
    return (
      ready < day(stay.admittedAt) ||
      ready > day(this.now) ||
      (stay.dischargedAt !== null && ready > day(stay.dischargedAt))
    );
  }

  private ageOn(stay: StayBlock, date: string): number {
    const years = (from: string): number =>
      Number(date.slice(0, 4)) - Number(from.slice(0, 4)) - (date.slice(5) < from.slice(5) ? 1 : 0);
    const born = this.events
      .filter((event) => event.type === 'PersonalDetailsRecorded' && event.personId === stay.personId)
      .at(-1)?.data['details'];
    if (typeof born === 'object' && born !== null && 'birthDate' in born) return years(String(born.birthDate));
    return stay.age === null ? -1 : stay.age.years + Math.max(0, years(stay.age.on));
  }

  private diedAt(personId: string): string | undefined {
    return this.events
      .filter((event) => event.type === 'DeathRecorded' && event.personId === personId)
      .map((event) => String(event.data['diedAt']))
      .sort()[0];
  }

  private alive(stay: StayBlock): boolean {
    const died = this.diedAt(stay.personId);
    return (
      stay.dischargeMethodCode !== '4' &&
      stay.destinationCode !== '79' &&
      !(died !== undefined && stay.dischargedAt !== null && died <= stay.dischargedAt)
    );
  }

  private discharged(from: string, to: string): { stay: StayBlock; nights: number; delay: number }[] {
    return this.stays().flatMap((stay) => {
      if (stay.status !== 'discharged' || stay.dischargedAt === null || stay.admittedAt === null) return [];
      const [admitted, left] = [day(stay.admittedAt), day(stay.dischargedAt)];
      if (left < from || left >= to || this.ageOn(stay, left) < 18) return [];
      const { dischargedAt } = stay;
      let ready: string | null = null;
      for (const said of this.history(stay).filter(({ at }) => at <= dischargedAt))
        ready = said.meets ? null : (ready ?? day(said.at));
      return [{ stay, nights: apart(admitted, left), delay: ready === null ? 0 : apart(ready, left) }];
    });
  }

  los(from: string, to: string): readonly number[] {
    const nights = this.discharged(from, to)
      .map((each) => each.nights)
      .filter((n) => n >= 1);
    return [nights.reduce((a, b) => a + b, 0), nights.length];
  }

  drd(from: string, to: string): readonly number[] {
    const counted = this.discharged(from, to).filter(({ stay, nights }) => nights >= 1 && this.alive(stay));
    return [counted.reduce((sum, { delay }) => sum + delay, 0), counted.length];
  }

  nctr(date: string): number {
    return this.stays().filter((stay) => {
      if (stay.admittedAt === null || day(stay.admittedAt) > date) return false;
      if (stay.dischargedAt !== null && day(stay.dischargedAt) <= date) return false;
      return this.ageOn(stay, date) >= 18 && this.history(stay).findLast(({ at }) => day(at) <= date)?.meets === false;
    }).length;
  }

  bedDays(from: string, to: string): number {
    const counted = new Set<string>();
    for (const caseId of this.caseIds()) {
      const stay = this.stayOfCase(caseId);
      const linked = this.ofCase(caseId, 'CaseLinkedToStay').at(-1)?.data['stayId'];
      if (this.allStays().some(({ stayId, status }) => stayId === linked && status === 'cancelled')) continue;
      const history = stay
        ? this.history(stay)
        : this.ofCase(caseId, 'CriteriaToResideRecorded')
            .map((event) => ({ at: event.occurredAt, meets: event.data['meets'] === true }))
            .sort((a, b) => a.at.localeCompare(b.at));
      for (const started of this.ofCase(caseId, 'DelayStarted')) {
        const state = history.findLast(({ at }) => at <= started.occurredAt)?.meets;
        let opens: string | undefined = started.occurredAt;
        if (started.data['anticipated'] === true && state !== false)
          opens = history.find(({ at, meets }) => at > started.occurredAt && !meets)?.at;
        else if (started.data['anticipated'] !== true && state === true) opens = undefined;
        if (opens === undefined) continue;
        const from0 = opens;
        const personId = stay?.personId ?? String(started.personId);
        const ends = [
          ...this.ofCase(caseId, 'DelayEnded')
            .filter((event) => event.data['delayId'] === started.data['delayId'])
            .map((event) => event.occurredAt),
          ...history.filter(({ at, meets }) => meets && at > from0).map(({ at }) => at),
          ...(stay?.status === 'discharged' && stay.dischargedAt ? [stay.dischargedAt] : []),
          ...this.ofCase(caseId, 'ReferralWithdrawn').map((event) => event.occurredAt),
          ...this.ofCase(caseId, 'CaseClosed').map((event) => event.occurredAt),
          ...[this.diedAt(personId) ?? []].flat(),
        ].sort();
        const end = ends[0];
        for (const date of daysOf(from, to))
          if (date <= day(this.now) && day(from0) <= date && (end === undefined || date < day(end)))
            counted.add(`${personId} ${date}`);
      }
    }
    return counted.size;
  }
}

import { makeTestNumber } from '#libs/nhs/nhs-number.js';
import { Chance } from './chance.js';
import { dayOf, plus } from './days.js';
import { each, FrontDoor } from './front-door.js';
import { ownerOf } from './rules.js';
import type { Borough, ToldCase, ToldDelay, ToldPerson, ToldRequest, ToldStay, WardMessage } from './told.js';

const minutes = 60_000;
const hours = 60 * minutes;
const days = 24 * hours;
const iso = (ms: number): string => new Date(Math.floor(ms / minutes) * minutes).toISOString();

/** What is planned of a stay before anything is told. */
interface Plan {
  readonly stay: ToldStay & { stayId: string };
  readonly visit: string;
  readonly admitted: number;
  /** Where no discharge is planned, now. */
  readonly end: number;
  readonly leaves: boolean;
  readonly method: string;
  readonly destination: string | undefined;
  readonly chance: Chance;
  theCase?: ToldCase;
}

const kindOf: Readonly<Record<string, [string, string]>> = {
  reablement: ['CAP1', 'IF1'],
  'home-care': ['CAP2', 'IF2'],
  'live-in': ['CAP2', 'IF2'],
  'rehab-bed': ['CAP5', 'IF5'],
  residential: ['CAP7', 'IF6'],
  nursing: ['CAP7', 'IF6'],
};
const services = [
  'home-care',
  'reablement',
  'live-in',
  'supported-living',
  'residential',
  'nursing',
  'rehab-bed',
  'respite',
];

/** A borough of synthetic people, told to Homeward in six phases. The same seed tells the same. */
export class BoroughTeller {
  private readonly chance: Chance;
  private readonly people: ToldPerson[] = [];
  private readonly plans: Plan[] = [];
  private readonly after: string[] = [];
  private readonly population: { year: number; authority: string; people: number }[] = [];
  private readonly now: number;

  constructor(
    private readonly door: FrontDoor,
    seed: number,
    private readonly size: number,
  ) {
    this.chance = new Chance(seed);
    // The same all day long, so that one seed tells one borough.
    this.now = Math.floor(Date.now() / days) * days - 2 * hours;
  }

  async tell(): Promise<Borough> {
    for (let number = 1; number <= this.size; number += 1) this.plan(number);
    await this.settings();
    for (const phase of [
      this.admissions,
      this.casework,
      this.discharges,
      this.afterwards,
      this.answers,
      this.corrections,
    ]) {
      await phase.call(this);
      this.after.push(await this.door.pause());
    }
    return { people: this.people, after: this.after, population: this.population };
  }

  private plan(number: number): void {
    const { chance } = this;
    const age = chance.pick([15, 16, 17, 18, 30, 52, 64, 65, 66, 70, 74, 75, 78, 80, 84, 85, 88, 93]);
    const born = new Date(this.now - age * 365.25 * days - chance.whole(0, 360) * days);
    const person: ToldPerson = {
      number,
      nhsNumber: makeTestNumber(300_000 + number),
      birthDate: `${born.toISOString().slice(0, 8)}${String(chance.whole(1, 28)).padStart(2, '0')}`,
      sex: chance.pick(['F', 'M']),
      postcode: chance.pick(['N12 0AA', 'NW4 1AA', 'N9 1AA', 'N8 1AA', 'AB10 1AA']),
      stays: [],
      cases: [],
      deaths: [],
    };
    this.people.push(person);
    let from = this.now - chance.whole(2, 400) * days - chance.whole(0, 24 * 60) * minutes;
    for (let index = 0; index < (chance.yes(0.25) ? 2 : 1); index += 1) {
      const nights = chance.yes(0.08) ? 0 : chance.yes(0.5) ? chance.whole(1, 6) : chance.whole(4, 40);
      const until = from + nights * days + chance.whole(60, 20 * 60) * minutes;
      const leaves = until < this.now;
      this.planStay(person, index, from, leaves ? until : this.now, leaves);
      from = until + chance.whole(3, 70) * days;
      if (from > this.now - days || !leaves || this.plans.at(-1)?.method === '4') break;
    }
  }

  private planStay(person: ToldPerson, index: number, admitted: number, end: number, leaves: boolean): void {
    const { chance } = this;
    const stay = {
      stayId: '',
      person,
      hospital: chance.yes(0.75) ? 'RAL' : 'RRV',
      admissionMethod: chance.pick(['21', '21', '22', '2A', '11', '12', '31', '81']),
      messages: [] as WardMessage[],
    };
    person.stays.push(stay);
    const died = leaves && index === 0 && chance.yes(0.06);
    this.plans.push({
      stay,
      visit: `V${String(person.number)}-${String(index)}`,
      admitted: Date.parse(iso(admitted)),
      end: Date.parse(iso(end)),
      leaves,
      method: died ? '4' : chance.pick(['1', '1', '1', '6', '7']),
      destination: died
        ? '79'
        : chance.pick(['19', '19', '19', '19', '19', '29', '51', '54', '55', '65', '85', '88', '98', '99', undefined]),
      chance: new Chance(chance.whole(1, 2 ** 30)),
    });
  }

  private async settings(): Promise<void> {
    const year = Number(dayOf(iso(this.now)).slice(0, 4));
    for (const [authority, people] of [
      ['E09000003', 59_707],
      ['E09000010', 44_321],
    ] as const)
      for (const then of [year - 2, year]) {
        const said = { year: then, authority, people: people + then };
        this.population.push(said);
        await this.door.put('idt', '/settings/population65', said);
      }
    for (const id of ['prov-a', 'prov-b', 'prov-c']) {
      await this.door.put('broker', `/providers/${id}`, {
        name: `Care ${id}`,
        cqcLocationId: `1-99900010${id.slice(-1).charCodeAt(0).toString()}`,
        cqcRating: 'good',
        services,
        areas: ['N12', 'NW4', 'N9', 'N8', 'AB10'],
      });
      for (const serviceType of services)
        await this.door.post('broker', `/providers/${id}/capacity`, {
          serviceType,
          accepting: 900,
          asOf: new Date().toISOString(),
        });
    }
  }

  private placeAt(plan: Plan, at: number): string {
    const moves = plan.stay.messages.filter(({ type, at: when }) => type === 'A02' && Date.parse(when) <= at);
    return moves.sort((a, b) => Date.parse(a.at) - Date.parse(b.at)).pop()?.ward ?? 'LARCH';
  }
  private said(
    plan: Plan,
    phase: number,
    type: WardMessage['type'],
    at: number,
    more: Partial<WardMessage> = {},
  ): WardMessage {
    const time = iso(at);
    const recorded = new Date(Date.parse(time) + (plan.stay.messages.length + 1 + 20 * phase) * 1000).toISOString();
    const message: WardMessage = {
      phase,
      type,
      at: time,
      recorded,
      ward: this.placeAt(plan, at),
      admittedAt: iso(plan.admitted),
      ...more,
    };
    plan.stay.messages.push(message);
    return message;
  }
  private async send(news: readonly { plan: Plan; message: WardMessage }[]): Promise<void> {
    const mixed = this.chance.shuffled(news);
    const ids = await this.door.ward(
      mixed.map(({ plan, message }) => this.door.message(plan.stay, message, plan.visit)),
    );
    mixed.forEach(({ plan }, index) => (plan.stay.stayId = ids[index] ?? plan.stay.stayId));
  }

  private async admissions(): Promise<void> {
    const news: { plan: Plan; message: WardMessage }[] = [];
    for (const plan of this.plans) {
      const { chance, admitted, end } = plan;
      const within = (share: number): number => admitted + Math.floor((end - admitted) * share);
      const tell = (message: WardMessage): void => void news.push({ plan, message });
      tell(this.said(plan, 0, 'A01', admitted));
      for (const [share, ward] of [
        [0.15, 'ROWAN'],
        [0.6, 'CEDAR'],
      ] as const)
        if (chance.yes(0.4)) tell(this.said(plan, 0, 'A02', within(share), { ward }));
      if (chance.yes(0.75)) {
        const at = within(0.2 + chance.next() * 0.1);
        const readyDate = chance.yes(0.4) ? plus(dayOf(iso(at)), chance.pick([-1, 0, 0, 0, 1, -30])) : undefined;
        tell(this.said(plan, 0, 'A08', at, { fit: 'Y', ...(readyDate ? { readyDate } : {}) }));
        if (chance.yes(0.25)) {
          tell(this.said(plan, 0, 'A08', within(0.32), { fit: 'N' }));
          if (chance.yes(0.7)) tell(this.said(plan, 0, 'A08', within(0.34), { fit: 'Y' }));
        }
      } else if (chance.yes(0.3)) tell(this.said(plan, 0, 'A08', within(0.3), { readyDate: dayOf(iso(within(0.25))) }));
    }
    await this.send(news);
  }

  private async casework(): Promise<void> {
    const referred = this.plans.filter(({ chance, end, admitted }) => end - admitted > 2 * days && chance.yes(0.6));
    await each(referred, (plan) => this.refer(plan));
  }

  private async refer(plan: Plan): Promise<void> {
    const { chance, stay, admitted, end } = plan;
    const { person } = stay;
    const time = (share: number): string => iso(admitted + (end - admitted) * share);
    const at = plan.visit.endsWith('-0') && chance.yes(0.1) ? iso(admitted - chance.whole(1, 9) * days) : time(0.05);
    const homeAuthority = chance.pick(['E09000003', 'E09000003', 'E09000010']);
    const made = await this.door.post('idt', '/cases', {
      person: {
        nhsNumber: person.nhsNumber,
        familyName: `Testperson${String(person.number)}`,
        givenNames: 'Ada',
        birthDate: person.birthDate,
        sex: person.sex,
        postcode: person.postcode,
      },
      hospital: stay.hospital,
      homeAuthority,
      needs: { summary: 'Help at home' },
      involvement: { person: 'Agrees' },
      referredBy: 'Ward',
      occurredAt: at,
    });
    const one: ToldCase = {
      phase: 1,
      at,
      caseId: made.text('caseId'),
      person,
      hospital: stay.hospital,
      homeAuthority,
      criteria: [],
      pathways: [],
      delays: [],
      requests: [],
      episodes: [],
      answers: [],
    };
    person.cases.push(one);
    plan.theCase = one;
    const tell = (path: string, body: Readonly<Record<string, unknown>>): ReturnType<FrontDoor['post']> =>
      this.door.post('idt', `/cases/${one.caseId}/${path}`, body);
    const criteria = async (meets: boolean, share: number): Promise<void> => {
      await tell('criteria-to-reside', { meets, assessor: 'Nurse', occurredAt: time(share) });
      one.criteria.push({ phase: 1, at: time(share), meets });
    };
    const pathway = async (which: number, share: number): Promise<void> => {
      const whyNotHome = which > 1 ? { whyNotHome: 'Needs a bed' } : {};
      await tell('pathway', {
        pathway: which,
        reason: 'Agreed',
        decidedBy: 'Hub',
        ...whyNotHome,
        occurredAt: time(share),
      });
      one.pathways.push({ phase: 1, at: time(share), pathway: which });
    };
    if (chance.yes(0.4)) await criteria(false, 0.36);
    const which = chance.pick([0, 1, 1, 1, 1, 2, 3, undefined]);
    if (which !== undefined) await pathway(which, 0.38);
    const interlude = chance.yes(0.2);
    if (!interlude || which === undefined)
      for (const share of [0.4, 0.42, 0.44].slice(0, chance.whole(0, 3))) await this.delay(plan, one, time, share);
    if (which !== undefined && which > 0 && chance.yes(0.75))
      await this.place(plan, one, time, which, interlude ? criteria : undefined);
    if (which !== undefined && one.requests.length === 0 && chance.yes(0.3))
      await pathway(chance.pick([0, 1, 2, 3]), 0.93);
    // Delays follow awards in their own time, and only while the case is open.
    await this.door.app.settled();
    if (chance.yes(0.06)) {
      await tell('withdraw', { reason: 'Not needed', occurredAt: time(0.95) });
      one.withdrawn = { phase: 1, at: time(0.95) };
      for (const request of one.requests) request.withdrawn = one.withdrawn;
    } else if (chance.yes(0.05)) {
      await tell('close', { reason: 'Entered twice', occurredAt: time(0.95) });
      one.closed = { phase: 1, at: time(0.95) };
      for (const request of one.requests) request.withdrawn = one.closed;
    }
  }

  private async delay(plan: Plan, one: ToldCase, time: (share: number) => string, share: number): Promise<void> {
    const { chance } = plan;
    const reason = chance.pick([
      'HP1',
      'HP5',
      'WB2',
      'CTH1',
      'IF1',
      'IF11',
      'CAP1',
      'CAP1',
      'CAP2',
      'CAP5',
      'CAP7',
      'CAP9',
    ]);
    if (one.delays.some((delay) => delay.reason === reason)) return;
    const owner = chance.yes(0.15) ? { owner: chance.pick(['nhs', 'housing', 'joint']) } : {};
    const body = { reason, ...owner, occurredAt: time(share) };
    const path = `/cases/${one.caseId}/delays`;
    const first = await this.door.as('idt').post(path, body);
    const anticipated = first.status === 409;
    const made = anticipated ? await this.door.post('idt', path, { ...body, anticipated: true }) : first;
    if (made.status !== 201) throw new Error(`${path} ${JSON.stringify(made.body)}`);
    const told: ToldDelay = { phase: 1, at: time(share), reason, ...owner, ...(anticipated ? { anticipated } : {}) };
    one.delays.push(told);
    this.delayIds.set(told, made.text('delayId'));
    if (chance.yes(0.4) && !anticipated) {
      const at = time(share + 0.02 + chance.next() * 0.02);
      await this.door.post('idt', `${path}/${made.text('delayId')}/end`, { occurredAt: at });
      told.ended = { phase: 1, at };
    }
  }
  private readonly delayIds = new Map<ToldDelay, string>();

  /** An award ends a CAP delay of its kind and begins the IF delay; a failure the other way round (policy 5). */
  private swap(one: ToldCase, serviceType: string, awarded: boolean, at: string): void {
    const kind = kindOf[serviceType];
    if (!kind) return;
    const [ends, begins] = awarded ? kind : [kind[1], kind[0]];
    const open = one.delays.filter(
      (delay) => delay.reason === ends && delay.ended === undefined && !delay.anticipated && delay.at < at,
    );
    for (const delay of open) delay.ended = { phase: 1, at };
    if (open.length > 0) one.delays.push({ phase: 1, at, reason: begins, owner: ownerOf(begins) });
  }

  private async place(
    plan: Plan,
    one: ToldCase,
    time: (share: number) => string,
    pathway: number,
    criteria?: (meets: boolean, share: number) => Promise<void>,
  ): Promise<void> {
    const { chance } = plan;
    await this.door.app.settled();
    const [draft] = await this.door.items('broker', `/placement-requests?caseId=${one.caseId}`);
    if (!draft) throw new Error(`No draft on pathway ${String(pathway)}`);
    let requestId = String(draft['requestId']);
    let serviceType = chance.yes(0.75)
      ? String(draft['serviceType'])
      : chance.pick(['home-care', 'live-in', 'supported-living', 'nursing']);
    const interim = pathway === 3 && chance.yes(0.2);
    if (interim) {
      serviceType = 'nursing';
      const body = { caseId: one.caseId, serviceType, interimFor: requestId, occurredAt: time(0.45) };
      requestId = (await this.door.post('broker', '/placement-requests', body)).text('requestId');
    }
    const funding = chance.pick(['local-authority', 'local-authority', 'discharge-fund', 'self-funded']);
    const request: ToldRequest = {
      requestId,
      serviceType,
      interim,
      funding,
      pauses: [],
      awards: [],
      failures: [],
      declines: [],
    };
    one.requests.push(request);
    const tell = (
      path: string,
      share: number,
      body: Readonly<Record<string, unknown>> = {},
    ): ReturnType<FrontDoor['post']> =>
      this.door.post(path === 'approve' ? 'broker2' : 'broker', `/placement-requests/${requestId}/${path}`, {
        ...body,
        occurredAt: time(share),
      });
    const whole = {
      serviceType,
      needs: { summary: 'Help' },
      hoursPerWeek: 10,
      callsPerDay: 2,
      carersPerCall: 1,
      startBy: dayOf(iso(plan.end)),
      outwardPostcode: plan.stay.person.postcode.split(' ')[0],
      preferences: {},
      funding,
      occurredAt: time(0.5),
    };
    const completed = await this.door.as('broker').post(`/placement-requests/${requestId}/complete`, whole);
    // Criteria met again before anything was sought: the request waits.
    if (completed.json['code'] === 'request.paused') return;
    if (completed.status !== 200) throw new Error(JSON.stringify(completed.body));
    await tell('approve', 0.52, { approver: 'broker2' });
    request.approved = { phase: 1, at: time(0.52) };
    await tell('claim', 0.53);
    if (criteria && chance.yes(0.7)) {
      // "Not met" of the feed may be missing: only a run that ends and begins again pauses.
      await criteria(false, 0.535);
      await criteria(true, 0.54);
      await criteria(false, 0.56);
      await this.door.app.settled();
      request.pauses.push({ phase: 1, from: time(0.54), to: time(0.56) });
    } else if (chance.yes(0.2)) {
      await this.door.post('idt', `/cases/${one.caseId}/pause`, { reason: 'Family away', occurredAt: time(0.54) });
      await this.door.post('idt', `/cases/${one.caseId}/resume`, { occurredAt: time(0.57) });
      await this.door.app.settled();
      request.pauses.push({ phase: 1, from: time(0.54), to: time(0.57) });
    }
    await tell('send', 0.6, { providerIds: ['prov-a', 'prov-b', 'prov-c'], wave: 1 });
    const providers = chance.shuffled(['prov-a', 'prov-b', 'prov-c']);
    for (const [index, providerId] of providers.slice(1, chance.whole(1, 3)).entries()) {
      const reason = chance.pick(['capacity', 'location', 'price', 'time-of-day']);
      await tell('responses', 0.62 + index / 100, { providerId, response: 'declined', reason });
      request.declines.push({ phase: 1, at: time(0.62 + index / 100), reason, providerId });
    }
    const award = async (share: number, providerId: string): Promise<void> => {
      const offer = { providerId, canStartOn: dayOf(iso(plan.end)), weeklyPrice: 500 };
      const offerId = (await tell('offers', share, offer)).text('offerId');
      await tell(`offers/${offerId}/confirm`, share + 0.01);
      await tell('award', share + 0.02, { offerId, reason: 'Can start' });
      request.awards.push({ phase: 1, at: time(share + 0.02), providerId });
      this.swap(one, serviceType, true, time(share + 0.02));
    };
    const [winner, second] = providers;
    if (chance.yes(0.12) || winner === undefined || second === undefined) return;
    await award(0.66, winner);
    if (chance.yes(0.15)) {
      // Policies set delays in their own time.
      await this.door.app.settled();
      await tell('fail', 0.75, { reason: 'Staff left' });
      request.failures.push({ phase: 1, at: time(0.75) });
      this.swap(one, serviceType, false, time(0.75));
      await this.door.app.settled();
      if (chance.yes(0.6)) await award(0.8, winner);
    }
  }

  private async discharges(): Promise<void> {
    await this.send(
      this.plans
        .filter(({ leaves }) => leaves)
        .flatMap((plan) => {
          const { chance, method, destination, end } = plan;
          if (method === '4') plan.stay.person.deaths.push({ phase: 2, at: iso(end) });
          const late = chance.yes(0.15) ? [this.said(plan, 2, 'A08', end - 40 * minutes, { fit: 'Y' })] : [];
          const bye = this.said(plan, 2, 'A03', end, {
            dischargedAt: iso(end),
            method,
            ...(destination === undefined ? {} : { destination }),
          });
          return [...late, bye].map((message) => ({ plan, message }));
        }),
    );
  }

  private async afterwards(): Promise<void> {
    const gone = this.plans.filter(({ theCase, leaves, method }) => theCase && leaves && method !== '4');
    await each(gone, async (plan) => {
      const { chance, theCase: one, end } = plan;
      if (!one || one.withdrawn || one.closed) return;
      const today = dayOf(iso(this.now));
      for (const request of one.requests) {
        const lastAward = request.awards.at(-1);
        const stands = lastAward && !request.failures.some(({ at }) => at > lastAward.at);
        if (!stands || !chance.yes(0.85)) continue;
        const at = iso(Math.min(end + chance.whole(1, 40) * hours, this.now));
        await this.door.post('broker', `/placement-requests/${request.requestId}/start`, { occurredAt: at });
        request.started = { phase: 3, at };
      }
      const into = one.requests.find(({ serviceType, awards }) => serviceType === 'reablement' && awards.length > 0);
      if (!(into ? chance.yes(0.75) : chance.yes(0.06))) return;
      let startedOn = plus(dayOf(iso(end)), chance.pick([-2, 0, 0, 1, 1, 2, 5, 9]));
      for (let index = 0; index < (chance.yes(0.2) ? 2 : 1) && startedOn < today; index += 1)
        startedOn = await this.episode(plan, one, startedOn, into?.awards.at(-1)?.providerId ?? 'prov-b', today);
    });
  }

  private async episode(
    plan: Plan,
    one: ToldCase,
    startedOn: string,
    providerId: string,
    today: string,
  ): Promise<string> {
    const { chance } = plan;
    const said = { startedOn, assessorType: chance.pick(['joint', 'joint', 'social-care', 'nhs']), providerId };
    const inLongTermSupport = chance.yes(0.1);
    const made = await this.door.post('reablement', '/reablement-episodes', {
      caseId: one.caseId,
      plannedWeeks: 6,
      hoursPerWeek: 8,
      ...said,
      inLongTermSupport,
    });
    const episodeId = made.text('episodeId');
    const endedOn = plus(startedOn, chance.whole(8, 42));
    const outcome = chance.pick([
      'independent', 'independent', 'advice', 'equipment-only', 'ongoing-home-care', 'care-home-residential',
      'care-home-nursing', 'admitted-to-hospital', 'declined', 'self-funded', 'nhs-funded', 'moved-away', 'other',
    ]); // prettier-ignore
    const ends = endedOn <= today && chance.yes(0.9);
    if (ends) await this.door.post('reablement', `/reablement-episodes/${episodeId}/end`, { endedOn, outcome });
    one.episodes.push({
      phase: 3,
      episodeId,
      ...said,
      inLongTermSupport,
      ...(ends ? { ended: { phase: 3, endedOn, outcome } } : {}),
    });
    return plus(endedOn, chance.pick([2, 7, 8, 15]));
  }

  private async answers(): Promise<void> {
    const cases = new Map(this.plans.flatMap((plan) => (plan.theCase ? [[plan.theCase.caseId, plan] as const] : [])));
    const checks = await this.door.items('reablement', '/day-91-checks?limit=500');
    await each(checks, async (check) => {
      const plan = cases.get(String(check['caseId']));
      const one = plan?.theCase;
      if (!plan || !one || check['state'] === 'scheduled' || check['state'] === 'done' || !plan.chance.yes(0.8)) return;
      const status = plan.chance.pick([
        'own-home', 'own-home', 'own-home', 'extra-care', 'shared-lives', 'care-home-respite', 'care-home-long-term',
        'hospital', 'not-contactable', 'moved-away',
      ]); // prettier-ignore
      const path = `/day-91-checks/${String(check['checkId'])}`;
      const day = String(check['dischargedOn']);
      for (let attempt = 0; status === 'not-contactable' && attempt < 3; attempt += 1)
        await this.door.post('reablement', `${path}/attempts`, {
          at: iso(Date.parse(plus(day, 85)) + (9 + attempt) * hours),
          channel: 'phone',
          result: 'no-answer',
        });
      const at = iso(Math.min(Date.parse(plus(day, 92)) + 12 * hours, this.now));
      await this.door.post('reablement', `${path}/outcome`, { status, decidedBy: 'Lead', occurredAt: at });
      one.answers.push({ phase: 4, at, status });
    });
  }

  private async corrections(): Promise<void> {
    const news: { plan: Plan; message: WardMessage }[] = [];
    const gone = this.chance.shuffled(this.plans.filter(({ leaves, method }) => leaves && method !== '4'));
    const some = (count: number): Plan[] => gone.splice(0, count);
    const later = { recorded: iso(this.now) };
    const tell = (plan: Plan, type: WardMessage['type'], at: number, more: Partial<WardMessage>): void =>
      void news.push({ plan, message: this.said(plan, 5, type, at, { ...later, ...more }) });
    for (const plan of some(5)) tell(plan, 'A13', plan.end, {});
    for (const plan of some(5)) {
      tell(plan, 'A13', plan.end, {});
      tell(plan, 'A03', plan.end, {
        recorded: iso(this.now + 5 * minutes),
        dischargedAt: iso(Math.min(plan.end + 30 * hours, this.now)),
        method: '1',
        destination: '19',
      });
    }
    for (const plan of some(40)
      .filter(({ theCase }) => !theCase)
      .slice(0, 5))
      tell(plan, 'A11', plan.admitted, {});
    for (const plan of some(8)) tell(plan, 'A08', plan.end - 30 * minutes, { destination: '29' });
    for (const plan of some(8))
      tell(plan, 'A08', plan.end - 35 * minutes, { readyDate: dayOf(iso(plan.end - 20 * hours)) });
    await this.send(news);
    const deaths = some(14).flatMap(({ stay: { person }, end }, index) => {
      const at = index < 11 ? end + index * 5 * days + hours : end - hours;
      if (at > this.now || person.deaths.length > 0 || person.stays.length > 1) return [];
      person.deaths.push({ phase: 5, at: iso(at) });
      return [this.door.death(person, iso(at), iso(this.now))];
    });
    await this.door.ward(deaths);
    const delays = this.plans.flatMap(({ theCase }) => theCase?.delays.flatMap((delay) => ({ theCase, delay })) ?? []);
    for (const { theCase, delay } of this.chance.shuffled(delays).slice(0, 60)) {
      const id = this.delayIds.get(delay);
      if (id === undefined || /^(CAP|IF)/.test(delay.reason)) continue;
      await this.markInError(theCase, 'DelayStarted', id);
      delay.inErrorFrom = 5;
    }
  }

  private async markInError(one: ToldCase, type: string, delayId: string): Promise<void> {
    const entries = await this.door.items('idt', `/cases/${one.caseId}/timeline`);
    const entry = entries.find((it) => it['type'] === type && JSON.stringify(it).includes(delayId));
    if (!entry) throw new Error(`No ${type} of ${delayId} on the timeline: ${JSON.stringify(entries[3])}`);
    await this.door.post('idt', `/cases/${one.caseId}/entries/${String(entry['eventId'])}/mark-in-error`, {
      reason: 'Wrong person',
    });
  }
}

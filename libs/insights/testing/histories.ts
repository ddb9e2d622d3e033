import { addDays } from '#libs/nhs/index.js';
import { at, type StayGiven, World } from './world.js';

/** A stream of numbers from a seed: the same seed lives the same lives. */
export class Chance {
  constructor(private state: number) {}
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }
  is(share: number): boolean {
    return this.next() < share;
  }
  of<T>(...choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }
  times(limit: number, act: (index: number) => void): void {
    const count = this.below(limit + 1);
    for (let index = 0; index < count; index += 1) act(index);
  }
}

const start = '2026-03-10';
const hours = ['00:00', '00:30', '09:40', '12:00', '23:30'] as const;
const authorities = ['Barnet', 'Camden', 'Enfield'] as const;

/** Random lives of some people, with what is late, corrected, taken back and merged. Their days lie about the change of the clocks in March. */
export class RandomHistories {
  readonly world = new World();
  readonly #chance: Chance;
  readonly #people: string[] = [];
  readonly #todo: (() => void)[] = [];

  constructor(seed: number) {
    this.#chance = new Chance(seed);
    this.world.recordedAt = at('2026-04-20');
    const people = 4 + this.#chance.below(9);
    for (let index = 0; index < people; index += 1) this.#person(index);
    // What different people live through is told in between each other, each in its own order.
    const turns = this.#todo;
    while (turns.length > 0) {
      turns.splice(this.#chance.below(Math.min(3, turns.length)), 1)[0]?.();
      if (this.#chance.is(0.3))
        this.world.recordedAt = new Date(
          Date.parse(this.world.recordedAt) + this.#chance.below(90_000_000),
        ).toISOString();
    }
  }

  #moment(from = 0, to = 40): string {
    return `${this.#day(from, to)} ${this.#chance.of(...hours)}`;
  }
  #day(from = 0, to = 40): string {
    return addDays(start, from + this.#chance.below(to - from));
  }
  #then(act: () => void): void {
    this.#todo.push(act);
  }

  #person(index: number): void {
    const chance = this.#chance;
    const name = String(index);
    const personId = `p${name}`;
    this.#people.push(personId);
    const stayIds = Array.from({ length: 1 + chance.below(2) }, (_, each) => `s${name}-${String(each)}`);
    for (const [each, stayId] of stayIds.entries()) this.#stay(stayId, personId, each);
    if (chance.is(0.7)) this.#told(personId);
    chance.times(2, (each) => {
      this.#case(`c${name}-${String(each)}`, personId, stayIds);
    });
    if (chance.is(0.3)) this.#death(personId);
    const other = this.#people[chance.below(this.#people.length)];
    if (chance.is(0.2) && other !== undefined && other !== personId) this.#merge(personId, other);
  }

  #merge(loser: string, survivor: string): void {
    const reverted = this.#chance.is(0.3);
    this.#then(() => {
      this.world.merged(loser, survivor, this.#chance.of('by-hand', 'seen-together'));
    });
    if (!reverted) return;
    const data = { mergeId: `${loser}-${survivor}`, survivor, loser };
    this.#then(() => {
      this.world.record(`person-${survivor}`, 'MergeReverted', data, this.world.recordedAt, survivor);
    });
  }

  #told(personId: string): void {
    const chance = this.#chance;
    chance.times(2, () => {
      const details = {
        ...(chance.is(0.7)
          ? { birthDate: chance.of('1938-03-20', '1945-04-01', '1961-03-29', '2008-03-25', null) }
          : {}),
        ...(chance.is(0.7) ? { sex: chance.of('F', 'M', null) } : {}),
      };
      const saidAt = at(this.#moment());
      this.#then(() => {
        this.world.details(personId, details, saidAt);
      });
    });
  }

  #death(personId: string): void {
    const chance = this.#chance;
    chance.times(3, () => {
      const source = chance.of('stay-a', 'stay-b');
      const when = this.#moment(5, 60);
      const withdrawn = chance.is(0.3);
      this.#then(() => {
        if (withdrawn) this.world.deathWithdrawn(personId, source);
        else this.world.died(personId, when, source);
      });
    });
  }

  #criterion(): string {
    const chance = this.#chance;
    const date = this.#day(-3, 55);
    return chance.of(
      `not ${this.#moment()}`,
      `met ${this.#moment()}`,
      `ready ${date}`,
      `not ${this.#moment()} ready ${date}`,
    );
  }

  #stay(stayId: string, personId: string, which: number): void {
    const chance = this.#chance;
    const admitted = this.#moment(which * 20, 20 + which * 20);
    const wards = chance.is(0.5)
      ? ([['LARCH', admitted]] as const)
      : ([
          ['LARCH', admitted],
          ['OAK', this.#moment(10, 45)],
        ] as const);
    const said: string[] = [];
    const common = {
      hospital: chance.of('RAL', 'RRV'),
      admissionMethod: chance.of('21', '11', '2A', '31'),
      age: chance.of(null, 15, 17, 64, 64, 74, 84, 90),
      authority: chance.of(null, ...authorities),
      sex: chance.of('F', 'M', null),
      wards: wards.filter(([, from], index) => index === 0 || at(from) > at(admitted)),
    };
    const tell = (): void => {
      chance.times(2, () => said.push(this.#criterion()));
      const left = this.#moment(8 + which * 20, 50);
      const discharged = chance.is(0.75) && at(left) >= at(admitted) ? { discharged: left } : {};
      const given: StayGiven = {
        ...common,
        personId: chance.is(0.95) ? personId : chance.of(personId, ...this.#people),
        admitted,
        ...discharged,
        destination: chance.of('19', '19', '29', '54', '98', '99', '51', '88', null),
        method: chance.of('1', '1', '1', '1', '4'),
        criteria: [...said],
        ...(chance.is(0.1) ? { status: 'cancelled' as const } : {}),
        ...(chance.is(0.1) ? { diedAt: this.#moment(10, 50) } : {}),
      };
      this.#then(() => {
        this.world.stay(stayId, given);
      });
    };
    tell();
    chance.times(3, tell);
  }

  #case(caseId: string, personId: string, stayIds: readonly string[]): void {
    const chance = this.#chance;
    const entries: string[] = [];
    const onCase = (type: string, data: object, when: string): void => {
      this.#then(() => {
        entries.push(this.world.onCase(caseId, type, data, at(when), personId));
      });
    };
    const referredAt = this.#moment(0, 30);
    const authority = chance.of(...authorities);
    const linked = chance.is(0.85) ? (stayIds[chance.below(stayIds.length)] ?? null) : null;
    this.#then(() => {
      this.world.refer(caseId, { personId, at: referredAt, authority, ...(linked === null ? {} : { stayId: linked }) });
    });
    chance.times(10, (index) => {
      const by = chance.of('hand', 'hand', 'death', 'merged');
      const kind = chance.below(10);
      if (kind <= 1) onCase('PathwayAssigned', { pathway: chance.below(4) }, this.#moment());
      if (kind === 2) onCase('CriteriaToResideRecorded', { meets: chance.is(0.3) }, this.#moment());
      if (kind === 3 || kind === 4) {
        const delayId = `d${String(index)}`;
        const reason = chance.of('IF1', 'CAP2', 'HP1', 'CTH1', 'WB2', 'CAP4', 'IF12');
        const owner = chance.of(null, null, 'council');
        onCase('DelayStarted', { delayId, reason, owner, anticipated: chance.is(0.4) }, this.#moment());
        if (chance.is(0.5)) onCase('DelayEnded', { delayId }, this.#moment());
      }
      if (kind === 5) onCase('CaseClosed', { by }, this.#moment(10, 50));
      if (kind === 6)
        onCase('ReferralWithdrawn', { by: chance.of('hand', 'admission-cancelled') }, this.#moment(5, 40));
      if (kind === 7)
        onCase('CaseReopened', { undoes: chance.of('death', 'merged', 'admission-cancelled') }, this.#moment());
      const dischargedAt = at(this.#moment(8, 45));
      if (kind === 8 && chance.is(0.6))
        onCase('CaseDischarged', { by: chance.of('hand', 'ward'), stayId: linked, dischargedAt }, this.#moment(8, 45));
      else if (kind === 8) onCase('DischargeReversed', { stayId: linked }, this.#moment());
      if (kind === 9) {
        const ofStay = chance.is(0.4);
        const pick = chance.next();
        this.#then(() => {
          const ward = this.world.events.filter(({ streamId }) => streamId === `stay-${String(linked)}`);
          const own = ofStay ? ward.map(({ eventId }) => eventId) : entries;
          const eventId = own[Math.floor(pick * own.length)];
          if (eventId !== undefined)
            entries.push(
              this.world.onCase(
                caseId,
                'EntryMarkedInError',
                { eventId, entryType: 'x' },
                this.world.recordedAt,
                personId,
              ),
            );
        });
      }
    });
    if (chance.is(0.8)) this.#request(`r-${caseId}`, caseId, personId);
    chance.times(2, (index) => {
      this.#episode(`e-${caseId}-${String(index)}`, caseId, personId);
    });
    if (chance.is(0.7)) this.#check(`k-${caseId}`, caseId, personId, linked);
  }

  #request(requestId: string, caseId: string, personId: string): void {
    const chance = this.#chance;
    // Whatever comes first, the request came before it; nothing starts or fails that was not awarded.
    let requested = false;
    let awarded = false;
    const on = (type: string, data: object, when = this.#moment()): void => {
      this.#then(() => {
        if (!requested) this.world.request(requestId, 'PlacementRequested', asked, askedAt, personId);
        requested = true;
        if (type === 'PlacementAwarded') awarded = true;
        if (awarded || !['PlacementStarted', 'PlacementFailed'].includes(type))
          this.world.request(requestId, type, data, when, personId);
      });
    };
    const type = () => chance.of('reablement', 'rehab-bed', 'residential', 'nursing', 'home-care', 'respite');
    const funding = () => chance.of('local-authority', 'self-funded', null);
    const details = () => ({
      serviceType: type(),
      funding: funding(),
      ...(chance.is(0.2) ? { interimFor: chance.of(null, 'other') } : {}),
    });
    const asked = { caseId, by: 'hand', details: details() };
    const askedAt = this.#moment();
    if (chance.is(0.5)) on('RequestCompleted', { details: details() });
    on('RequestApproved', {});
    chance.times(10, () => {
      const providerId = chance.of('a', 'b', 'c');
      const because = chance.of('criteria', 'case', 'hand');
      const kind = chance.below(7);
      if (kind === 0) on('ProviderDeclined', { providerId, reason: chance.of('capacity', 'price', null) });
      if (kind === 1) on('RequestPaused', { because });
      if (kind === 2) on('RequestResumed', { because });
      if (kind === 3 || kind === 4) on('PlacementAwarded', { providerId, serviceType: type(), funding: funding() });
      if (kind === 5) on('PlacementStarted', { providerId, startedOn: this.#day(-200, 50) });
      if (kind === 6) on('PlacementFailed', { providerId, offerId: null });
    });
  }

  #episode(episodeId: string, caseId: string, personId: string): void {
    const chance = this.#chance;
    const stream = `reablement-${episodeId}`;
    const startedOn = this.#day(5, 55);
    const started = {
      caseId,
      providerId: chance.of('a', 'b'),
      startedOn,
      assessorType: chance.of('joint', 'social-care', 'nhs'),
      inLongTermSupport: chance.of(null, false, false, true),
    };
    this.#then(() => this.world.record(stream, 'ReablementStarted', started, at(startedOn), personId));
    chance.times(2, () => {
      const endedOn = addDays(startedOn, chance.below(20));
      const outcome = chance.of(
        'independent',
        'ongoing-home-care',
        'died',
        'admitted-to-hospital',
        'other',
        'care-home-nursing',
      );
      const reversed = chance.is(0.2);
      this.#then(() =>
        reversed
          ? this.world.record(stream, 'ReablementEndReversed', {}, this.world.recordedAt, personId)
          : this.world.record(stream, 'ReablementEnded', { endedOn, outcome, by: 'hand' }, at(endedOn), personId),
      );
    });
  }

  #check(checkId: string, caseId: string, personId: string, stayId: string | null): void {
    const chance = this.#chance;
    const dates = [this.#day(5, 45), this.#day(5, 45)] as const;
    let scheduled = false;
    const on = (type: string, data: object): void => {
      this.#then(() => {
        scheduled ||= type === 'Day91CheckScheduled';
        if (scheduled) this.world.record(`check-${checkId}`, type, data, this.world.recordedAt, personId);
      });
    };
    on('Day91CheckScheduled', { caseId, stayId, dischargedOn: dates[0], requestId: null });
    chance.times(5, () => {
      const dischargedOn = chance.of(...dates);
      const status = chance.of('own-home', 'hospital', 'not-contactable', 'moved-away', 'extra-care', 'died');
      const kind = chance.below(6);
      if (kind === 0) on('Day91CheckScheduled', { caseId, stayId, dischargedOn, requestId: null });
      if (kind === 1) on('Day91CheckReinstated', { stayId, dischargedOn });
      if (kind === 2) on('Day91CheckCancelled', { because: 'discharge-cancelled' });
      if (kind === 3 || kind === 4) on('Day91CheckCompleted', { status, evidenceIds: [], by: 'hand' });
      if (kind === 5) on('Day91CheckReopened', { by: 'hand' });
    });
  }
}

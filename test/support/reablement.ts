import { Module, type DynamicModule } from '@nestjs/common';
import { AccessModule } from '#libs/access/access.module.js';
import type { CaseEvent } from '#libs/contracts/discharge/case-events.js';
import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import { EventFeedModule } from '#libs/event-feed/event-feed.module.js';
import type { EventMetadata } from '#libs/event-store/port.js';
import { makeTestNumber } from '#libs/nhs/nhs-number.js';
import { PeopleModule } from '#libs/people/people.module.js';
import { PeopleDirectory, type Identifier } from '#libs/people/port.js';
import { Clock } from '#libs/platform/clock.js';
import { newId } from '#libs/platform/ids.js';
import { PlatformModule, type PlatformOptions } from '#libs/platform/platform.module.js';
import { startTestApp, type TestApp } from './app.js';
import type { ApiAnswer, ApiClient } from './api-client.js';
import type { TestDatabase } from './database.js';
import { checkIdOf } from '#libs/reablement/policies/follow.policy.js';
import { ReablementModule } from '#libs/reablement/reablement.module.js';

@Module({})
class ReablementAlone {
  static with(options: PlatformOptions): DynamicModule {
    return {
      module: ReablementAlone,
      imports: [PlatformModule.with(options), AccessModule, EventFeedModule, PeopleModule, ReablementModule],
    };
  }
}

/** A clock that a test sets. */
export class SetClock extends Clock {
  constructor(public at: string) {
    super();
  }
  override now(): string {
    return this.at;
  }
}

const byOthers: EventMetadata = {
  correlationId: 'test',
  actor: { id: 'somebody', role: 'idt', organisation: 'council' },
  source: 'test',
};
export type Json = Readonly<Record<string, unknown>>;
export const itemsOf = (answer: ApiAnswer): readonly Json[] => {
  if (!Array.isArray(answer.json['items'])) throw new Error(`No items in ${JSON.stringify(answer.body)}`);
  return answer.json['items'] as readonly Json[];
};

export const dischargedAt = '2026-03-02T14:00:00.000Z';
export const awarded = {
  offerId: 'offer-1',
  providerId: 'prov-a',
  serviceType: 'reablement',
  startsOn: '2026-03-03',
  weeklyPrice: 500,
  funding: 'local-authority',
  reason: 'Soonest',
  familyChoice: null,
};
export const begun = {
  providerId: 'prov-a',
  startedOn: '2026-03-03',
  plannedWeeks: 6,
  hoursPerWeek: 10,
  assessorType: 'joint',
  inLongTermSupport: null,
};

/** Where each setting counts its people from, so that nobody is somebody else. */
let people = 0;

/** Reablement alone, with what the other contexts say written to the log as they would. */
export class ReablementSetting {
  private constructor(
    readonly app: TestApp,
    readonly clock: SetClock,
  ) {}

  static async open(today = '2026-06-01T10:00:00.000Z', database?: TestDatabase): Promise<ReablementSetting> {
    const clock = new SetClock(today);
    const module = (options: PlatformOptions): DynamicModule => ReablementAlone.with(options);
    return new ReablementSetting(await startTestApp({ module, clock, ...(database ? { database } : {}) }), clock);
  }

  close(): Promise<void> {
    return this.app.stop();
  }

  /** Signed in anew, since sessions end when the clock is moved by months. */
  api(username = 'reablement'): Promise<ApiClient> {
    return this.app.api(username);
  }

  nobodyYet(): Identifier {
    people += 1;
    return { kind: 'nhs-number', value: makeTestNumber(810_000 + people), verified: true };
  }

  private readonly numbers = new Map<string, Identifier>();

  async identified(identifier = this.nobodyYet()): Promise<string> {
    const { personId } = await this.app.get(PeopleDirectory).identify([identifier], byOthers, dischargedAt);
    this.numbers.set(personId, identifier);
    return personId;
  }

  /** What the person was identified by. */
  numberOf(personId: string): Identifier {
    return this.numbers.get(personId) ?? this.nobodyYet();
  }

  async born(personId: string, birthDate: string, occurredAt = dischargedAt): Promise<void> {
    const details = { familyName: 'Testpatient', givenNames: 'Ada', birthDate };
    await this.app.get(PeopleDirectory).recordDetails(personId, details, 'referral', byOthers, occurredAt);
  }

  async died(personId: string, diedAt: string, source = 'register'): Promise<void> {
    await this.app.get(PeopleDirectory).recordDeath(personId, diedAt, source, byOthers, diedAt);
  }

  async notDead(personId: string, source = 'register'): Promise<void> {
    await this.app.get(PeopleDirectory).withdrawDeath(personId, source, byOthers, dischargedAt);
  }

  /** Writes one event; gives its id. */
  async say(streamId: string, type: string, data: object, personId: string, at = dischargedAt): Promise<string> {
    const eventId = newId();
    const event = { eventId, type, schemaVersion: 1, occurredAt: at, personId, data };
    const result = await this.app.store.append(streamId, 'any', [event], byOthers);
    if (!result.ok) throw new Error(`${type} was not written.`);
    return eventId;
  }

  onCase(caseId: string, personId: string, event: CaseEvent, at = dischargedAt): Promise<string> {
    return this.say(`case-${caseId}`, event.type, event.data, personId, at);
  }

  referral(caseId: string, personId: string): Promise<string> {
    const data = {
      hospital: 'RAL',
      ward: 'LARCH',
      homeAuthority: 'E09000003',
      expectedDischargeDate: null,
      needs: { summary: 'help at home' },
      flags: [],
      involvement: { person: 'agrees' },
      referredBy: 'ward clerk',
      previousCaseId: null,
    };
    return this.onCase(caseId, personId, { type: 'CaseReferred', data }, '2026-02-20T09:00:00.000Z');
  }

  discharge(
    caseId: string,
    personId: string,
    over: Partial<Extract<CaseEvent, { type: 'CaseDischarged' }>['data']> = {},
  ): Promise<string> {
    const data = { by: 'ward', stayId: null, dischargedAt, destinationCode: '19', methodCode: '1', ...over } as const;
    return this.onCase(caseId, personId, { type: 'CaseDischarged', data }, data.dischargedAt);
  }

  reversal(caseId: string, personId: string): Promise<string> {
    return this.onCase(caseId, personId, { type: 'DischargeReversed', data: { stayId: null } });
  }

  stay(personId: string, block: Partial<StayBlock> & { stayId: string }, type = 'PatientAdmitted'): Promise<string> {
    const at = block.dischargedAt ?? block.admittedAt ?? dischargedAt;
    const controlId = newId();
    const message = { feed: 'PAS', controlId, hash: controlId, kind: 'ADT', sourceRecordedAt: at, sequence: 0 };
    const stay = { ...ordinary, personId, ...block };
    return this.say(`stay-${block.stayId}`, type, { message, fact: {}, stay }, personId, at);
  }

  /** An awarded request of the case; gives its id. */
  async award(caseId: string, personId: string, requestId = newId(), serviceType = 'reablement'): Promise<string> {
    const details = { serviceType, funding: 'local-authority' };
    await this.say(`request-${requestId}`, 'PlacementRequested', { caseId, by: 'hand', details }, personId);
    await this.say(`request-${requestId}`, 'PlacementAwarded', { ...awarded, serviceType }, personId);
    return requestId;
  }

  /** Somebody referred, of 86 years, with an award; not discharged yet. */
  async awardedPerson(birthDate = '1940-02-15'): Promise<{ personId: string; caseId: string; requestId: string }> {
    const personId = await this.identified();
    await this.born(personId, birthDate);
    const caseId = newId();
    await this.referral(caseId, personId);
    return { personId, caseId, requestId: await this.award(caseId, personId) };
  }

  /** The same, discharged; the check stands. */
  async homePerson(over: Parameters<ReablementSetting['discharge']>[2] = {}, birthDate = '1940-02-15') {
    const person = await this.awardedPerson(birthDate);
    await this.discharge(person.caseId, person.personId, over);
    return { ...person, checkId: checkIdOf(person.caseId) };
  }

  /** The check of a case as the API shows it; null when none applies. */
  async check(caseId: string): Promise<Json | null> {
    await this.app.settled();
    const answer = await (await this.api()).get(`/day-91-checks/${checkIdOf(caseId)}`);
    if (answer.status !== 200 && answer.status !== 404) throw new Error(JSON.stringify(answer.body));
    return answer.status === 200 ? answer.json : null;
  }

  async episode(episodeId: string): Promise<Json> {
    await this.app.settled();
    return (await (await this.api()).get(`/reablement-episodes/${episodeId}`)).json;
  }

  async typesOf(caseId: string): Promise<string[]> {
    await this.app.settled();
    return (await this.app.store.readStream(`check-${checkIdOf(caseId)}`)).map(({ type }) => type);
  }
}

const ordinary: Omit<StayBlock, 'stayId' | 'personId'> = {
  hospital: 'RAL',
  status: 'open',
  mergedInto: null,
  admittedAt: '2026-02-18T09:00:00.000Z',
  admissionMethodCode: '21',
  sourceCode: '19',
  specialty: '300',
  dischargedAt: null,
  destinationCode: null,
  dischargeMethodCode: null,
  locations: [],
  expectedDates: [],
  criteria: [],
  leave: [],
  age: { years: 86, on: '2026-02-18' },
  sex: 'F',
  homeAuthority: 'Barnet',
  diedAt: null,
  identityToConfirm: false,
};

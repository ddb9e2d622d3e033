import type { Pool } from 'pg';
import type { CriteriaEntry, StayBlock } from '#libs/contracts/intake/stay-events.js';
import type { Projection } from '#libs/event-feed/port.js';
import type { StoredEvent } from '#libs/event-store/port.js';
import { londonDate, startOfLondonDay, type Instant } from '#libs/nhs/index.js';
import { PeopleVault } from '#libs/people/port.js';
import { Database } from '#libs/platform/database.js';
import { historiesProjection } from '../histories/histories.projection.js';
import { personFactsProjection } from '../person-facts/person-facts.projection.js';
import { populationProjection } from '../population/population.projection.js';
import { stayFactsProjection } from '../stay-facts/stay-facts.projection.js';

/** A vault without locks: what was never sealed opens as it is. */
export class OpenVault extends PeopleVault {
  override seal(_person: string, _event: string, _field: string, value: unknown): Promise<unknown> {
    return Promise.resolve(value);
  }
  override open<T>(value: T): Promise<T> {
    return Promise.resolve(value);
  }
}

/** A time in London in winter or summer: `2026-03-05 10:00`. A date alone is its midnight. */
export const at = (text: string): Instant => {
  const [date = '', time = '00:00'] = text.split(' ');
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return new Date(Date.parse(startOfLondonDay(date)) + (hours * 60 + minutes) * 60_000).toISOString();
};

export interface StayGiven {
  readonly personId?: string;
  readonly hospital?: string;
  readonly ward?: string;
  readonly wards?: readonly (readonly [ward: string, from: string])[];
  readonly admitted: string;
  readonly discharged?: string;
  readonly destination?: string | null;
  readonly method?: string | null;
  readonly admissionMethod?: string;
  readonly age?: number | null;
  readonly authority?: string | null;
  readonly sex?: string | null;
  readonly diedAt?: string;
  readonly status?: StayBlock['status'];
  /**
   * `not 2026-03-05 10:00`, `met 2026-03-07`, `ready 2026-03-05`, `not 2026-03-05 10:00 ready 2026-03-04`: what the feed said, in the order of
   * recording.
   */
  readonly criteria?: readonly string[];
}

/** Makes the events of a small world, each with both clocks, and folds them into the tables of the figures. */
export class World {
  readonly events: StoredEvent[] = [];
  /** When what comes next is recorded; it runs a second on with each event. */
  recordedAt = at('2026-06-15');
  #position = 0;
  #folded = 0;
  readonly #revisions = new Map<string, number>();

  record(streamId: string, type: string, data: object, occurredAt = this.recordedAt, personId?: string): string {
    const revision = (this.#revisions.get(streamId) ?? -1) + 1;
    this.#revisions.set(streamId, revision);
    this.#position += 1;
    const eventId = `e${String(this.#position)}`;
    this.events.push({
      eventId,
      type,
      schemaVersion: 1,
      streamId,
      revision,
      position: String(this.#position),
      occurredAt,
      recordedAt: this.recordedAt,
      ...(personId === undefined ? {} : { personId }),
      data: { ...data },
      metadata: { correlationId: 'test', actor: { id: 'test', role: 'feed', organisation: 'RAL' }, source: 'test' },
    });
    this.recordedAt = new Date(Date.parse(this.recordedAt) + 1000).toISOString();
    return eventId;
  }

  /** The ward says how the stay stands now. */
  stay(stayId: string, given: StayGiven): string {
    const block = stayBlock(stayId, given, this.recordedAt, `e${String(this.#position + 1)}`);
    const type = given.discharged === undefined ? 'PatientAdmitted' : 'PatientDischarged';
    return this.record(
      `stay-${stayId}`,
      type,
      { stay: block, fact: {} },
      given.discharged ? at(given.discharged) : at(given.admitted),
      block.personId,
    );
  }

  refer(
    caseId: string,
    given: {
      readonly personId?: string;
      readonly stayId?: string;
      readonly at: string;
      readonly hospital?: string;
      readonly authority?: string;
    },
  ): void {
    const when = at(given.at);
    this.onCase(
      caseId,
      'CaseReferred',
      { hospital: given.hospital ?? 'RAL', ward: null, homeAuthority: given.authority ?? 'Barnet' },
      when,
      given.personId,
    );
    if (given.stayId !== undefined)
      this.onCase(caseId, 'CaseLinkedToStay', { stayId: given.stayId, admittedAt: when }, when, given.personId);
  }

  onCase(caseId: string, type: string, data: object, occurredAt: Instant, personId = `person-of-${caseId}`): string {
    return this.record(`case-${caseId}`, type, data, occurredAt, personId);
  }

  delay(
    caseId: string,
    delayId: string,
    reason: string,
    from: string,
    options: { readonly to?: string; readonly anticipated?: boolean; readonly owner?: string } = {},
  ): string {
    const eventId = this.onCase(
      caseId,
      'DelayStarted',
      { delayId, reason, owner: options.owner ?? null, anticipated: options.anticipated ?? false },
      at(from),
    );
    if (options.to !== undefined) this.onCase(caseId, 'DelayEnded', { delayId }, at(options.to));
    return eventId;
  }

  pathway(caseId: string, pathway: number, when: string): string {
    return this.onCase(caseId, 'PathwayAssigned', { pathway }, at(when));
  }

  request(requestId: string, type: string, data: object, when: string, personId = 'p1'): string {
    return this.record(`request-${requestId}`, type, data, at(when), personId);
  }

  requested(
    requestId: string,
    caseId: string,
    details: { readonly serviceType: string; readonly funding?: string; readonly interimFor?: string },
    when: string,
    personId?: string,
  ): void {
    this.request(requestId, 'PlacementRequested', { caseId, by: 'hand', details }, when, personId);
  }

  reablement(
    episodeId: string,
    given: {
      readonly caseId: string;
      readonly startedOn: string;
      readonly personId?: string;
      readonly endedOn?: string;
      readonly outcome?: string;
      readonly assessorType?: string;
      readonly inLongTermSupport?: boolean;
    },
  ): void {
    const {
      caseId,
      startedOn,
      personId = `person-of-${caseId}`,
      endedOn,
      outcome = 'independent',
      assessorType = 'joint',
      inLongTermSupport = null,
    } = given;
    const stream = `reablement-${episodeId}`;
    this.record(
      stream,
      'ReablementStarted',
      { caseId, providerId: 'prov-a', startedOn, assessorType, inLongTermSupport },
      at(startedOn),
      personId,
    );
    if (endedOn !== undefined)
      this.record(stream, 'ReablementEnded', { endedOn, outcome, by: 'hand' }, at(endedOn), personId);
  }

  check(
    checkId: string,
    given: {
      readonly caseId: string;
      readonly stayId?: string;
      readonly dischargedOn: string;
      readonly personId?: string;
      readonly status?: string;
      readonly requestId?: string;
    },
  ): void {
    const { caseId, stayId = null, dischargedOn, personId = `person-of-${caseId}`, status, requestId = null } = given;
    const stream = `check-${checkId}`;
    this.record(stream, 'Day91CheckScheduled', { caseId, stayId, dischargedOn, requestId }, at(dischargedOn), personId);
    if (status !== undefined)
      this.record(stream, 'Day91CheckCompleted', { status, evidenceIds: [], by: 'hand' }, this.recordedAt, personId);
  }

  born(personId: string, birthDate: string, saidAt = this.recordedAt): void {
    this.details(personId, { birthDate }, saidAt);
  }

  details(personId: string, details: { birthDate?: string | null; sex?: string | null }, saidAt: Instant): void {
    const data = { details, source: 'referral' };
    this.record(`person-${personId}`, 'PersonalDetailsRecorded', data, saidAt, personId);
  }

  died(personId: string, when: string, source = 'ward-feed'): void {
    this.record(`person-${personId}`, 'DeathRecorded', { diedAt: at(when), source }, at(when), personId);
  }

  deathWithdrawn(personId: string, source = 'ward-feed'): void {
    this.record(`person-${personId}`, 'DeathRecordWithdrawn', { source }, this.recordedAt, personId);
  }

  merged(loser: string, survivor: string, because: 'by-hand' | 'seen-together' = 'by-hand'): void {
    this.record(
      `person-${survivor}`,
      'PeopleMerged',
      { mergeId: `${loser}-${survivor}`, loser, survivor, because },
      this.recordedAt,
      survivor,
    );
  }

  /** Folds what is new into the tables, in pages of this size. */
  async fold(pool: Pool, pageSize = 100): Promise<void> {
    const events = this.events.slice(this.#folded);
    this.#folded = this.events.length;
    await foldEvents(pool, events, pageSize);
  }
}

export const projections = (vault: PeopleVault = new OpenVault()): readonly Projection[] => [
  stayFactsProjection,
  personFactsProjection(vault),
  historiesProjection,
  populationProjection,
];

const isWanted = ({ wants }: Projection, event: StoredEvent): boolean =>
  (wants.types === undefined || wants.types.includes(event.type)) &&
  (wants.streamPrefixes === undefined || wants.streamPrefixes.some((prefix) => event.streamId.startsWith(prefix)));

export const foldEvents = async (pool: Pool, events: readonly StoredEvent[], pageSize = 100): Promise<void> => {
  for (const projection of projections()) {
    await pool.query(projection.ddl);
    const wanted = events.filter((event) => isWanted(projection, event));
    for (let start = 0; start < wanted.length; start += pageSize) {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        await projection.fold(wanted.slice(start, start + pageSize), client);
        await client.query('COMMIT');
      } finally {
        client.release();
      }
    }
  }
};

/** The database of a test as figures know it. */
export class PoolDatabase extends Database {
  constructor(override readonly pool: Pool) {
    super();
  }
}

const criteriaOf = (said: string, recordedAt: Instant, index: number, eventId: string): CriteriaEntry => {
  const [own = '', date] = said.split(' ready ');
  const [what = '', ...rest] = own.split(' ');
  const when = at(rest.join(' '));
  return {
    meets: what === 'met',
    codes: [],
    readyDate: date ?? (what === 'ready' ? londonDate(when) : null),
    at: date === undefined ? when : at(date),
    sourceRecordedAt: recordedAt,
    controlId: `c${String(index).padStart(4, '0')}`,
    eventId,
  };
};

export const stayBlock = (stayId: string, given: StayGiven, recordedAt: Instant, eventId: string): StayBlock => {
  const admittedAt = at(given.admitted);
  const dischargedAt = given.discharged === undefined ? null : at(given.discharged);
  const criteria = (given.criteria ?? []).map((said, index) => criteriaOf(said, recordedAt, index, eventId));
  const wards = given.wards ?? [[given.ward ?? 'LARCH', given.admitted]];
  return {
    stayId,
    personId: given.personId ?? `person-of-${stayId}`,
    hospital: given.hospital ?? 'RAL',
    status: given.status ?? (dischargedAt === null ? 'open' : 'discharged'),
    mergedInto: null,
    admittedAt,
    admissionMethodCode: given.admissionMethod ?? '21',
    sourceCode: '19',
    specialty: '300',
    dischargedAt,
    destinationCode: dischargedAt === null ? null : given.destination === undefined ? '19' : given.destination,
    dischargeMethodCode: dischargedAt === null ? null : given.method === undefined ? '1' : given.method,
    locations: wards.map(([ward, from]) => ({ ward, room: null, bed: null, from: at(from) })),
    expectedDates: [],
    criteria,
    leave: [],
    age: given.age === null ? null : { years: given.age ?? 80, on: londonDate(admittedAt) },
    sex: given.sex === undefined ? 'F' : given.sex,
    homeAuthority: given.authority === undefined ? 'Barnet' : given.authority,
    diedAt: given.diedAt === undefined ? null : at(given.diedAt),
    identityToConfirm: false,
  };
};

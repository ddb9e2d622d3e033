import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import type { CaseFact, CaseHistory, RequestFact, StayVersion, StayVersions } from './history.js';

/** `2 10:00` → 2026-11-02T10:00:00.000Z (in November London keeps Greenwich time). For specs. */
export const on = (dayAndTime: string): string => {
  const [day = '1', time = '00:00'] = dayAndTime.split(' ');
  return `2026-11-${day.padStart(2, '0')}T${time}:00.000Z`;
};

type DataOf<F extends { type: string; data: unknown }, T extends F['type']> = Extract<F, { type: T }>['data'];
interface Times {
  /** When it was true. */
  readonly at: string;
  /** When we knew; default: at once. */
  readonly known?: string;
  readonly byPolicy?: boolean;
}

const emptyStay: StayBlock = {
  stayId: 'stay-1',
  personId: 'person-1',
  hospital: 'RAL',
  status: 'open',
  mergedInto: null,
  admittedAt: on('1 08:00'),
  admissionMethodCode: '21',
  sourceCode: '19',
  specialty: null,
  dischargedAt: null,
  destinationCode: null,
  dischargeMethodCode: null,
  locations: [{ ward: 'LARCH', room: '1', bed: 'A', from: on('1 08:00') }],
  expectedDates: [],
  criteria: [],
  leave: [],
  age: { years: 84, on: '2026-11-01' },
  sex: '2',
  homeAuthority: 'Barnet',
  diedAt: null,
  identityToConfirm: false,
};

/** Builds the history of a case and its stays, in the order in which things became known. For specs. */
export class GivenCase {
  private readonly facts: CaseFact[] = [];
  private readonly requests = new Map<string, RequestFact[]>();
  private readonly versions = new Map<string, StayVersion[]>();
  private position = 0;
  /** The event id of the entry added last. */
  lastId = '';

  referred(data: Partial<DataOf<CaseFact, 'CaseReferred'>> = {}, times: Times = { at: '1 09:00' }): this {
    return this.add(
      'CaseReferred',
      {
        hospital: 'RAL',
        ward: 'OAK',
        homeAuthority: 'Barnet',
        expectedDischargeDate: null,
        flags: [],
        previousCaseId: null,
        ...data,
      },
      times,
    );
  }

  add<T extends CaseFact['type']>(type: T, data: DataOf<CaseFact, T>, times: Times): this {
    this.facts.push({ ...this.clocks(times, this.facts.length), type, data } as Extract<CaseFact, { type: T }>);
    return this;
  }

  request<T extends RequestFact['type']>(requestId: string, type: T, data: DataOf<RequestFact, T>, times: Times): this {
    const facts = this.requests.get(requestId) ?? [];
    facts.push({ ...this.clocks(times, facts.length), type, data } as Extract<RequestFact, { type: T }>);
    this.requests.set(requestId, facts);
    return this;
  }

  /** A new version of a stay, known at once at `known`. */
  stay(known: string, change: Partial<StayBlock> = {}, stayId = 'stay-1'): this {
    const versions = this.versions.get(stayId) ?? [];
    const before = versions.at(-1)?.block ?? emptyStay;
    this.position += 1;
    versions.push({
      revision: versions.length,
      recordedAt: on(known),
      position: String(this.position),
      block: { ...before, stayId, ...change },
    });
    this.versions.set(stayId, versions);
    return this;
  }

  /** A stay from 1 November 08:00, and the case linked to it. */
  inHospital(change: Partial<StayBlock> = {}): this {
    return this.stay('1 08:05', change).referred().linked('stay-1', { at: '1 09:00' });
  }

  linked(stayId: string | null, times: Times): this {
    return this.add('CaseLinkedToStay', { stayId, admittedAt: stayId && on('1 08:00') }, times);
  }

  wrong(eventId: string, times: Times): this {
    return this.add('EntryMarkedInError', { eventId }, times);
  }

  get history(): CaseHistory {
    return {
      caseId: 'case-1',
      personId: 'person-1',
      facts: this.facts,
      requests: [...this.requests].map(([requestId, facts]) => ({ requestId, facts })),
    };
  }

  get stays(): StayVersions {
    return this.versions;
  }

  private clocks({ at, known = at, byPolicy = false }: Times, revision: number) {
    this.position += 1;
    this.lastId = `e${String(this.position)}`;
    return {
      eventId: this.lastId,
      occurredAt: on(at),
      recordedAt: on(known),
      revision,
      position: String(this.position),
      byPolicy,
    };
  }
}

export const criteriaSaid = (
  meets: boolean,
  at: string,
  extra: Partial<StayBlock['criteria'][number]> = {},
): StayBlock['criteria'][number] => ({
  meets,
  codes: [],
  readyDate: null,
  at: on(at),
  sourceRecordedAt: on(at),
  controlId: `c-${at}`,
  eventId: `feed-${at}`,
  ...extra,
});

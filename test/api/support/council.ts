import { makeTestNumber } from '#libs/nhs/nhs-number.js';
import type { ApiAnswer } from '../../support/api-client.js';
import type { TestAppOptions } from '../../support/app.js';
import { FrontDoor } from './figures/front-door.js';
import type { ToldPerson, ToldStay, WardMessage } from './figures/told.js';

type Json = Readonly<Record<string, unknown>>;

/** Somebody in a bed whom the team knows. */
export interface Referred {
  readonly caseId: string;
  readonly stayId: string;
  readonly person: ToldPerson;
  readonly stay: ToldStay;
  readonly visit: string;
}

/** What every request needs before it is complete. */
export const wholeRequest = {
  needs: { summary: 'Help with washing' },
  hoursPerWeek: 10,
  callsPerDay: 2,
  carersPerCall: 1,
  startBy: '2026-12-01',
  outwardPostcode: 'N12',
  preferences: {},
  funding: 'local-authority',
};

/** The council's day as outsiders can play it: wards, the team, brokers and providers, over HTTP and nothing else. */
export class Council {
  private people = 0;
  private providers = 0;
  private constructor(readonly door: FrontDoor) {}

  static async open(options: TestAppOptions = {}): Promise<Council> {
    return new Council(await FrontDoor.open(options));
  }
  close(): Promise<void> {
    return this.door.app.stop();
  }

  /** An instant some hours before now. */
  ago(hours: number): string {
    return new Date(Date.now() - hours * 3_600_000).toISOString();
  }

  async ward(
    who: Pick<Referred, 'stay' | 'visit'>,
    ...said: readonly Omit<WardMessage, 'phase' | 'ward'>[]
  ): Promise<string> {
    const messages = said.map((one) => this.door.message(who.stay, { phase: 0, ward: 'LARCH', ...one }, who.visit));
    const [stayId] = await this.door.ward(messages);
    return stayId ?? '';
  }

  /** Admitted ten days ago, ready for five, referred since; more of the referral's fields as wished. */
  async referred(more: Json = {}, birthDate = '1940-02-15', hospital = 'RAL'): Promise<Referred> {
    this.people += 1;
    const number = this.people;
    const person: ToldPerson = {
      number,
      nhsNumber: makeTestNumber(500_000 + number),
      birthDate,
      sex: 'F',
      postcode: 'N12 0AA',
      stays: [],
      cases: [],
      deaths: [],
    };
    const visit = `C${String(number)}`;
    const stay: ToldStay = { stayId: '', person, hospital, admissionMethod: '21', messages: [] };
    const [admitted, ready] = [this.ago(240), this.ago(120)];
    const stayId = await this.ward(
      { stay, visit },
      { type: 'A01', at: admitted, recorded: admitted, admittedAt: admitted },
      { type: 'A08', at: ready, recorded: ready, fit: 'Y' },
    );
    const { nhsNumber, sex, postcode } = person;
    const made = await this.door.post('idt', '/cases', {
      person: { nhsNumber, birthDate, sex, postcode, familyName: 'Namewithheld', givenNames: 'Ada' },
      hospital,
      homeAuthority: 'E09000003',
      needs: { summary: 'Help at home' },
      involvement: { person: 'Agrees' },
      referredBy: 'Ward',
      occurredAt: this.ago(110),
      ...more,
    });
    return { caseId: made.text('caseId'), stayId, person, stay, visit };
  }

  async provider(details: Json = {}, id?: string, accepting: number | null = 5): Promise<string> {
    this.providers += 1;
    const providerId = id ?? `home-${String(this.providers)}`;
    const services = ['home-care', 'reablement', 'nursing', 'residential'];
    await this.door.put('broker', `/providers/${providerId}`, {
      name: `Care ${providerId}`,
      cqcLocationId: `1-${String(2_000_000 + this.providers)}`,
      cqcRating: 'good',
      services,
      areas: ['N12'],
      ...details,
    });
    for (const serviceType of accepting === null ? [] : services)
      await this.door.post('broker', `/providers/${providerId}/capacity`, {
        serviceType,
        accepting,
        asOf: this.ago(0),
      });
    return providerId;
  }

  /** A request of a new case (or of this one), complete by the team and approved by a broker. */
  async approved(serviceType = 'home-care', more: Json = {}, caseId?: string): Promise<string> {
    const theCase = caseId ?? (await this.referred()).caseId;
    const requestId = (await this.door.post('idt', '/placement-requests', { caseId: theCase, serviceType })).text(
      'requestId',
    );
    await this.door.post('idt', `/placement-requests/${requestId}/complete`, { ...wholeRequest, serviceType, ...more });
    await this.on(requestId, 'approve', { approver: 'broker' });
    return requestId;
  }

  on(requestId: string, path: string, body: Json = {}, who = 'broker'): Promise<ApiAnswer> {
    return this.door.post(who, `/placement-requests/${requestId}/${path}`, body);
  }

  /** A confirmed offer of each, to an approved and claimed request; gives the offers. */
  async offered(requestId: string, providerIds: readonly string[], weeklyPrice = 500): Promise<string[]> {
    await this.on(requestId, 'claim');
    await this.on(requestId, 'send', { providerIds, wave: 1 });
    const offers: string[] = [];
    for (const providerId of providerIds) {
      const offer = await this.on(requestId, 'offers', { providerId, canStartOn: '2026-11-30', weeklyPrice });
      await this.on(requestId, `offers/${offer.text('offerId')}/confirm`);
      offers.push(offer.text('offerId'));
    }
    return offers;
  }

  async request(requestId: string, who = 'broker'): Promise<Json> {
    await this.door.app.settled();
    return (await this.door.as(who).get(`/placement-requests/${requestId}`)).json;
  }
  async theCase(caseId: string): Promise<Json> {
    await this.door.app.settled();
    return (await this.door.as('idt').get(`/cases/${caseId}`)).json;
  }
}

import { Module, type DynamicModule } from '@nestjs/common';
import { AccessModule } from '#libs/access/access.module.js';
import { Embargoes } from '#libs/brokerage/policies/embargoes.policy.js';
import { FollowCases } from '#libs/brokerage/policies/follow-cases.policy.js';
import { BrokerageModule } from '#libs/brokerage/brokerage.module.js';
import type { CaseEvent } from '#libs/contracts/discharge/case-events.js';
import { EventFeedModule } from '#libs/event-feed/event-feed.module.js';
import type { EventMetadata } from '#libs/event-store/port.js';
import { makeTestNumber } from '#libs/nhs/nhs-number.js';
import { PeopleModule } from '#libs/people/people.module.js';
import { PeopleDirectory } from '#libs/people/port.js';
import { newId } from '#libs/platform/ids.js';
import { PlatformModule, type PlatformOptions } from '#libs/platform/platform.module.js';
import type { ApiAnswer, ApiClient } from './api-client.js';
import { startTestApp, type TestApp, type TestAppOptions } from './app.js';

@Module({})
class BrokerageAlone {
  static with(options: PlatformOptions): DynamicModule {
    return {
      module: BrokerageAlone,
      imports: [PlatformModule.with(options), AccessModule, EventFeedModule, PeopleModule, BrokerageModule],
    };
  }
}

const byTeam: EventMetadata = {
  correlationId: 'test',
  actor: { id: 'idt-user', role: 'idt', organisation: 'council' },
  source: 'test',
};

let people = 0;

/** Brokerage alone, with cases as the events of the discharge context tell them. */
export class BrokerageSetting {
  private constructor(readonly app: TestApp) {}

  static async open(options: TestAppOptions = {}): Promise<BrokerageSetting> {
    return new BrokerageSetting(
      await startTestApp({ ...options, module: (platform) => BrokerageAlone.with(platform) }),
    );
  }

  close(): Promise<void> {
    return this.app.stop();
  }

  /** A person nobody else in this run is. */
  async person(details: { familyName?: string; givenNames?: string; birthDate?: string } = {}): Promise<string> {
    people += 1;
    const nhsNumber = makeTestNumber(700_000 + people);
    const directory = this.app.get(PeopleDirectory);
    const at = new Date().toISOString();
    const identifiers = [{ kind: 'nhs-number', value: nhsNumber, verified: true }] as const;
    const { personId } = await directory.identify(identifiers, byTeam, at);
    const known = { nhsNumber, familyName: 'Testcase', givenNames: 'Una', birthDate: '1941-05-02', ...details };
    await directory.recordDetails(personId, known, 'referral', byTeam, at);
    return personId;
  }

  /** A referred case; gives its id. */
  async referred(
    options: { caseId?: string; personId?: string; flags?: readonly 'restricted'[] } = {},
  ): Promise<string> {
    const caseId = options.caseId ?? newId();
    const personId = options.personId ?? (await this.person());
    await this.happened(caseId, personId, {
      type: 'CaseReferred',
      data: {
        hospital: 'RAL',
        ward: 'Cedar',
        homeAuthority: 'E09000003',
        expectedDischargeDate: null,
        needs: { summary: 'needs help at home' },
        flags: [...(options.flags ?? [])],
        involvement: { person: 'agrees' },
        referredBy: 'ward clerk',
        previousCaseId: null,
      },
    });
    this.persons.set(caseId, personId);
    return caseId;
  }

  private readonly persons = new Map<string, string>();

  personOf(caseId: string): string {
    return this.persons.get(caseId) ?? '';
  }

  /** Something happens on a case; gives the event's id. */
  async onCase(caseId: string, event: CaseEvent, occurredAt?: string): Promise<string> {
    return this.happened(caseId, this.personOf(caseId), event, occurredAt);
  }

  pathway(caseId: string, pathway: number, occurredAt?: string): Promise<string> {
    const data = {
      pathway,
      reason: 'agreed on the ward',
      whyNotHome: pathway > 1 ? 'not safe at night' : null,
      returningCareHomeResident: false,
      decidedBy: 'huddle',
      guidanceVersion: '2024-01',
    };
    return this.onCase(caseId, { type: 'PathwayAssigned', data }, occurredAt);
  }

  inError(caseId: string, eventId: string, entryType: string): Promise<string> {
    return this.onCase(caseId, { type: 'EntryMarkedInError', data: { eventId, entryType, reason: 'wrong person' } });
  }

  private async happened(caseId: string, personId: string, event: CaseEvent, occurredAt?: string): Promise<string> {
    const eventId = newId();
    const at = occurredAt ?? new Date().toISOString();
    const toAppend = { eventId, type: event.type, schemaVersion: 1, occurredAt: at, personId, data: event.data };
    const result = await this.app.store.append(`case-${caseId}`, 'any', [toAppend], byTeam);
    if (!result.ok) throw new Error('The case could not be told.');
    return eventId;
  }

  /** Lets the policies of brokerage react to the whole log once more, one event after the other. */
  async replayPolicies(): Promise<void> {
    const { store } = this.app;
    for (const policy of [this.app.get(FollowCases), this.app.get(Embargoes)]) {
      for (const event of (await store.readAll('0', policy.wants, 100_000)).events) {
        const metadata = {
          correlationId: event.metadata.correlationId,
          causationId: event.eventId,
          actor: { id: `policy:${policy.name}`, role: 'policy', organisation: 'homeward' },
          source: `policy:${policy.name}`,
        };
        await policy.react(event, { metadata, wrote: () => undefined });
      }
    }
  }

  /** The requests of a case when all that follows from the log so far has happened. */
  async requestsOf(caseId: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    await this.app.settled();
    const broker = await this.app.api('broker');
    return itemsOf(await broker.get(`/placement-requests?caseId=${caseId}`));
  }
}

export const itemsOf = (answer: ApiAnswer): readonly Readonly<Record<string, unknown>>[] => {
  const { items } = answer.json;
  if (!Array.isArray(items)) throw new Error(`No items in ${JSON.stringify(answer.body)}`);
  return items;
};

/** A whole request, as `POST /placement-requests/{id}/complete` takes it. */
export const wholeRequest = {
  needs: { summary: 'help with washing and dressing', dementia: true },
  hoursPerWeek: 14,
  callsPerDay: 2,
  carersPerCall: 1,
  startBy: '2026-12-01',
  outwardPostcode: 'NW4',
  preferences: { languages: ['Greek'], carerGender: 'female' },
  funding: 'local-authority',
  weeklyCeiling: 500,
};

let providers = 0;

/** A provider on the books that can take the request; gives its id. */
export const registered = async (
  broker: ApiClient,
  details: Readonly<Record<string, unknown>> = {},
  providerId = `prov-${String((providers += 1))}`,
): Promise<string> => {
  const put = await broker.put(`/providers/${providerId}`, {
    name: `Care ${providerId}`,
    cqcLocationId: `1-${String(1_000_000 + providers)}`,
    cqcRating: 'good',
    services: ['home-care', 'reablement'],
    areas: ['NW4', 'N12'],
    ...details,
  });
  if (put.status > 201) throw new Error(`The provider was refused: ${JSON.stringify(put.body)}`);
  return providerId;
};

/** A request taken to where an offer of each provider is confirmed; gives the request's id and the offers'. */
export const offered = async (
  setting: BrokerageSetting,
  providerIds: readonly string[],
  options: { caseId?: string; weeklyPrice?: number; serviceType?: string } = {},
): Promise<{ requestId: string; caseId: string; offerIds: readonly string[] }> => {
  const caseId = options.caseId ?? (await setting.referred());
  const [idt, broker] = await Promise.all([setting.app.api('idt'), setting.app.api('broker')]);
  const opened = await idt.post('/placement-requests', { caseId, serviceType: options.serviceType ?? 'home-care' });
  const requestId = opened.text('requestId');
  const path = `/placement-requests/${requestId}`;
  await must(idt.post(`${path}/complete`, wholeRequest));
  await must(broker.post(`${path}/approve`, { approver: 'broker' }));
  await must(broker.post(`${path}/claim`, {}));
  await must(broker.post(`${path}/send`, { providerIds, wave: 1 }));
  const offerIds: string[] = [];
  for (const providerId of providerIds) {
    const terms = { providerId, canStartOn: '2026-11-30', weeklyPrice: options.weeklyPrice ?? 450 };
    const offerId = (await must(broker.post(`${path}/offers`, terms))).text('offerId');
    await must(broker.post(`${path}/offers/${offerId}/confirm`, {}));
    offerIds.push(offerId);
  }
  return { requestId, caseId, offerIds };
};

export const must = async (answer: Promise<ApiAnswer>): Promise<ApiAnswer> => {
  const settled = await answer;
  if (settled.status >= 300) throw new Error(`${String(settled.status)} ${JSON.stringify(settled.body)}`);
  return settled;
};

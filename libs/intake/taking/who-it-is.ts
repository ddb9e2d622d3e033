import { Injectable } from '@nestjs/common';
import type { EventMetadata } from '#libs/event-store/port.js';
import { NobodyToIdentify } from '#libs/people/identity/identities.js';
import { PeopleDirectory, type Identifier } from '#libs/people/port.js';
import type { FactPerson, StayFact } from '../domain/stay-fact.js';
import type { Identity, Visit } from '../domain/understood.js';
import { IntakeKeys } from '../intake-keys.js';

/** Who a message of a stay is about. */
@Injectable()
export class WhoItIs {
  constructor(
    private readonly people: PeopleDirectory,
    private readonly keys: IntakeKeys,
  ) {}

  /** The same identifiers were worked out before if an earlier message of the stay had them. */
  async of(
    { identity, visit, recorded }: { identity: Identity; visit: Visit; recorded: string },
    facts: readonly StayFact[],
    metadata: EventMetadata,
  ): Promise<FactPerson> {
    const identifiers = this.keys.identifiersHash(identity.identifiers);
    // One that was recorded earlier than all that had them shows that they were known by then.
    const known = facts.find(
      (fact) => fact.visit === undefined && fact.person.identifiers === identifiers && fact.recorded <= recorded,
    )?.person;
    if (known) return { ...known, number: identity.number };
    return {
      ...(await this.identified(identity.identifiers, visit, metadata, recorded)),
      number: identity.number,
      identifiers,
    };
  }

  private async identified(
    identifiers: readonly Identifier[],
    visit: Visit,
    metadata: EventMetadata,
    recorded: string,
  ): Promise<Pick<FactPerson, 'id' | 'by'>> {
    const by = identifiers.some(({ kind }) => kind === 'nhs-number') ? 'nhs-number' : 'local';
    try {
      return { id: (await this.people.identify(identifiers, metadata, recorded)).ownId, by };
    } catch (error) {
      if (!(error instanceof NobodyToIdentify)) throw error;
      return { id: (await this.people.identify([byVisit(visit)], metadata, recorded)).ownId, by: 'visit' };
    }
  }
}

/** Somebody without any usable identifier is known by the visit alone. */
const byVisit = ({ authority, number }: Visit): Identifier => ({ kind: 'local', authority, type: 'VN', value: number });

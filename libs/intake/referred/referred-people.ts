import { Injectable } from '@nestjs/common';
import type { CaseEvent } from '#libs/contracts/discharge/case-events.js';
import { rowProjection } from '#libs/event-feed/row-projection.js';
import type { PersonEvent } from '#libs/contracts/people/person-events.js';
import { EventStore } from '#libs/event-store/port.js';
import { Batched } from '#libs/people/identity/batched.js';
import { PeopleDirectory } from '#libs/people/port.js';
import { Database } from '#libs/platform/database.js';
import { prepared } from '#libs/platform/prepared.js';

interface Referred {
  readonly referred: true;
}

/** Whoever was referred once, and not erased: only their details may be kept (architecture.md §7). */
export const referredPeople = rowProjection<Referred | null, CaseEvent | PersonEvent>({
  name: 'intake.referred-people',
  version: 1,
  wants: { types: ['CaseReferred', 'PersonErased'] },
  schema: 'intake',
  table: 'referred_people',
  keyOf: (event) => event.personId,
  initial: () => null,
  evolve: (row, event) => (event.type === 'CaseReferred' ? (row ?? { referred: true }) : null),
});

@Injectable()
export class ReferredPeople {
  private readonly asked: Batched<boolean>;

  constructor(
    database: Database,
    private readonly people: PeopleDirectory,
    private readonly store: EventStore,
  ) {
    this.asked = new Batched(async (ids) => {
      const { rows } = await database.query<{ key: string }>(
        prepared(`SELECT key FROM ${referredPeople.tableName} WHERE key = ANY ($1)`, [ids]),
      );
      const found = new Set(rows.map(({ key }) => key));
      return new Map(ids.map((id) => [id, found.has(id)]));
    });
  }

  /** Whether any id of this person was referred. */
  async has(personId: string): Promise<boolean> {
    const ids = new Set([personId, ...(await this.people.family(personId))]);
    const referred = await Promise.all([...ids].map((id) => this.asked.get(id)));
    return referred.includes(true) || this.wasJustReferred(ids);
  }

  /**
   * The read model comes a moment after the log, and the next ward message may come sooner: then its details would be lost. What a
   * referral says of the person stands in their stream before the referral itself.
   */
  private async wasJustReferred(ids: ReadonlySet<string>): Promise<boolean> {
    const streams = await Promise.all([...ids].map((id) => this.store.readStream(`person-${id}`)));
    const events = streams.flat();
    return (
      events.some(({ type, data }) => type === 'PersonalDetailsRecorded' && data['source'] === 'referral') &&
      events.every(({ type }) => type !== 'PersonErased')
    );
  }
}

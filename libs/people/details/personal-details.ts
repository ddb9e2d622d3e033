import { createHmac, type KeyObject } from 'node:crypto';
import type { EventMetadata, EventStore, Position } from '../../event-store/port.js';
import { compareInstants } from '../../nhs/index.js';
import type { Database } from '../../platform/database.js';
import { deterministicId } from '../../platform/ids.js';
import { Batched } from '../identity/batched.js';
import type { Families } from '../identity/families.js';
import { personStream } from '../identity/identifier-hash.js';
import { personEvent } from '../identity/person-events.js';
import type { Details, PeopleVault, PersonId } from '../port.js';
import type { DataKeys } from '../vault/data-keys.js';
import { type DetailsRow, detailsProjection, type RecordedDetails } from './details.projection.js';
import { effectiveDetails, given, type OpenedDetails } from './effective-details.js';

export type DetailsSource = 'referral' | 'ward-feed' | 'correction';

/** Names, birth dates and the rest of people who were referred. Sealed wherever they lie; opened here, in memory only. */
export class PersonalDetails {
  readonly #batched = new Batched<Details | null>((ids) => this.#read(ids));

  constructor(
    private readonly store: EventStore,
    private readonly vault: PeopleVault,
    private readonly keys: Pick<DataKeys, 'anyErased'>,
    private readonly families: Families,
    private readonly database: Database,
    private readonly pseudonymKey: KeyObject,
  ) {}

  /**
   * Appends what was said and when, also where it was known: that it still held then is what tells later news from late news.
   * What was said anew of a later time can count no more and is left out; the same of the same time is appended once. For an erased
   * person nothing is kept.
   */
  async record(
    personId: PersonId,
    details: Details,
    source: DetailsSource,
    metadata: EventMetadata,
    occurredAt: string,
  ): Promise<{ position?: Position }> {
    const news = await this.#stillToTell(personId, given(details), occurredAt);
    const fields = Object.keys(news);
    if (fields.length === 0) return {};
    const family = (await this.families.familiesOf([personId])).get(personId) ?? [];
    if (await this.keys.anyErased([personId, ...family])) return {};
    const eventId = this.#idOf(personId, news, source, occurredAt);
    const data = { details: news, fields, source };
    const event = personEvent(personId, eventId, occurredAt, 'PersonalDetailsRecorded', data);
    const result = await this.store.append(personStream(personId), 'any', [event], metadata);
    return result.ok ? { position: result.position } : {};
  }

  /** Asked of the read model, which may be a moment behind: what it does not know of yet is appended, and does no harm. */
  async #stillToTell(personId: PersonId, news: Details, occurredAt: string): Promise<Details> {
    const row = await detailsProjection.find(this.database.pool, personId);
    const later = row?.recorded.filter((one) => compareInstants(one.occurredAt, occurredAt) > 0) ?? [];
    const said = new Set(later.flatMap(({ fields }) => fields));
    return Object.fromEntries(Object.entries(news).filter(([field]) => !said.has(field)));
  }

  /** By the id asked for, over the whole family. Who was never referred, or is erased, is not in the answer. */
  async of(personIds: readonly PersonId[]): Promise<ReadonlyMap<PersonId, Details>> {
    const asked = [...new Set(personIds)];
    const answers = await Promise.all(asked.map((personId) => this.#batched.get(personId)));
    return new Map(
      asked.flatMap((personId, index) => {
        const details = answers[index];
        return details ? [[personId, details] as const] : [];
      }),
    );
  }

  async #read(personIds: readonly PersonId[]): Promise<ReadonlyMap<PersonId, Details | null>> {
    const families = await this.families.membersOf(personIds);
    const members = new Set([...families.values()].flatMap((family) => family.map(({ id }) => id)));
    const { rows } = await this.database.query<{ row: DetailsRow }>(
      `SELECT row FROM ${detailsProjection.tableName} WHERE key = ANY ($1)`,
      [[...members]],
    );
    const opened = await this.vault.open(rows.map(({ row }) => row));
    const byMember = new Map(opened.map((row) => [row.personId, row.recorded] as const));
    return new Map(
      personIds.map((personId) => {
        const recorded = (families.get(personId) ?? []).flatMap(({ id, givenUp }) =>
          (byMember.get(id) ?? []).map((one) => asOpened(one, givenUp)),
        );
        const readable = recorded.filter(({ details }) => details !== null);
        return [personId, readable.length > 0 ? effectiveDetails(readable) : null] as const;
      }),
    );
  }

  /** The same details of the same time are the same event; keyed, so that the id gives nothing away. */
  #idOf(personId: PersonId, details: Details, source: DetailsSource, occurredAt: string): string {
    const what = createHmac('sha256', this.pseudonymKey).update(JSON.stringify(details)).digest('hex');
    return deterministicId('PersonalDetailsRecorded', personId, source, occurredAt, what);
  }
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const asOpened = ({ eventId, occurredAt, details }: RecordedDetails, givenUp: boolean): OpenedDetails => {
  if (details === null || 'sealed' in details) return { eventId, occurredAt, details: null, givenUp };
  const read: Record<string, string | boolean | null> = {};
  for (const [field, value] of Object.entries(details)) read[field] = typeof value === 'boolean' ? value : text(value);
  return { eventId, occurredAt, details: given(read), givenUp };
};

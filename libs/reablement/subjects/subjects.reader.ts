import { Injectable } from '@nestjs/common';
import { Batched } from '#libs/people/identity/batched.js';
import { PeopleDirectory } from '#libs/people/port.js';
import { compareInstants, londonDate } from '#libs/nhs/civil-date.js';
import { Database } from '#libs/platform/database.js';
import { isIn, type World } from '../domain/reconcile.js';
import { caseFactsOf } from './case-subject.js';
import { requestFactsOf } from './request-subject.js';
import { subjects, type Subject } from './subjects.projection.js';
import { prepared } from '#libs/platform/prepared.js';

type OfKind<K extends Subject['kind']> = Extract<Subject, { kind: K }>;
const isKind =
  <K extends Subject['kind']>(kind: K) =>
  (subject: Subject): subject is OfKind<K> =>
    subject.kind === kind;

const prefixOf = {
  case: 'case-',
  request: 'request-',
  stay: 'stay-',
  person: 'person-',
  episode: 'reablement-',
  check: 'check-',
} as const;

/** Reads the rows of `reablement.subjects`. */
@Injectable()
export class SubjectsReader {
  /** Whether there is a case under this very id, asked for many people at once: most ward messages are of nobody referred. */
  private readonly referred = new Batched<boolean>((personIds) => this.referredAmong(personIds));

  constructor(
    private readonly database: Database,
    private readonly people: PeopleDirectory,
  ) {}

  async find<K extends Subject['kind']>(kind: K, id: string): Promise<OfKind<K> | null> {
    const row = await subjects.find(this.database.pool, prefixOf[kind] + id);
    return row && isKind(kind)(row) ? row : null;
  }

  async ofKind<K extends Subject['kind']>(kind: K): Promise<OfKind<K>[]> {
    const rows = await subjects.select(this.database.pool, 'WHERE t.kind = $1 ORDER BY t.key', [kind]);
    return rows.filter(isKind(kind));
  }

  async ofCase<K extends Subject['kind']>(kind: K, caseId: string): Promise<OfKind<K>[]> {
    const rows = await subjects.select(this.database.pool, 'WHERE t.case_id = $1 AND t.kind = $2 ORDER BY t.key', [
      caseId,
      kind,
    ]);
    return rows.filter(isKind(kind));
  }

  /** Of each of these people, in their order, whether a death is recorded under any of their ids. */
  async diedAmong(personIds: readonly string[]): Promise<readonly boolean[]> {
    const families = await Promise.all(personIds.map((personId) => this.people.family(personId)));
    const rest = `WHERE t.person_id = ANY($1) AND (t.kind = 'person' OR (t.kind = 'stay' AND t.row ->> 'diedAt' IS NOT NULL
      AND t.row ->> 'status' IN ('open', 'discharged')))`;
    const found = await subjects.select(this.database.pool, rest, [families.flat()]);
    const dead = new Set(
      found
        .filter((one) => one.kind === 'stay' || (one.kind === 'person' && Object.keys(one.deaths).length > 0))
        .map(({ personId }) => personId),
    );
    return families.map((family) => family.some((id) => dead.has(id)));
  }

  /** All that is known of one person, under every id they ever had; null when nobody referred them. */
  async worldOf(personId: string): Promise<{ world: World; subjects: readonly Subject[] } | null> {
    const family = await this.people.family(personId);
    if (!(await Promise.all(family.map((id) => this.referred.get(id)))).includes(true)) return null;
    const found = await subjects.select(this.database.pool, 'WHERE t.person_id = ANY($1) ORDER BY t.key', [family]);
    const cases = found.filter(isKind('case'));
    const stays = found.filter(isKind('stay'));
    const deaths = [
      ...found.filter(isKind('person')).flatMap(({ deaths: recorded }) => Object.values(recorded)),
      ...stays.filter(isIn).flatMap(({ diedAt }) => (diedAt === null ? [] : [diedAt])),
    ].sort(compareInstants);
    const details = await this.people.details([personId]);
    const world: World = {
      cases: cases.map(caseFactsOf),
      stays,
      requests: found.filter(isKind('request')).map(requestFactsOf),
      episodes: found.filter(isKind('episode')),
      diedOn: deaths[0] === undefined ? null : londonDate(deaths[0]),
      birthDate: details.get(personId)?.birthDate ?? null,
    };
    return { world, subjects: found };
  }

  private async referredAmong(personIds: readonly string[]): Promise<ReadonlyMap<string, boolean>> {
    const { rows } = await this.database.query<{ person_id: string }>(
      prepared(`SELECT DISTINCT person_id FROM ${subjects.tableName} WHERE kind = 'case' AND person_id = ANY($1)`, [
        personIds,
      ]),
    );
    const referred = new Set(rows.map((row) => row.person_id));
    return new Map(personIds.map((personId) => [personId, referred.has(personId)]));
  }
}

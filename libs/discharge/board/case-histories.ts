import { Injectable } from '@nestjs/common';
import { Database } from '#libs/platform/database.js';
import { comparePositions, type Position } from '#libs/event-store/port.js';
import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import { FeedStates, type TroubledFeed } from '../feeds/feed-states.js';
import { feedStatesTable } from '../feeds/feed-states.projection.js';
import { staysTable, stayVersionsTable } from '../stays/stays.projection.js';
import { caseFactsTable, casesTable, idOf, readFacts } from './cases.projection.js';
import { Kept } from './kept.js';
import {
  isCaseFact,
  isRequestFact,
  type CaseFact,
  type CaseHistory,
  type Clocks,
  type RequestFact,
  type RequestHistory,
  type StayVersion,
  type StayVersions,
  type StoredFact,
} from './domain/history.js';

interface StreamLine {
  readonly key: string;
  readonly position: string;
  readonly case_id: string;
  readonly person_id: string;
  readonly hospital: string | null;
  readonly stay_id: string | null;
}
type RequestLine = Pick<StreamLine, 'key' | 'position' | 'case_id'>;
interface StayHead {
  readonly stay_id: string;
  readonly revision: number;
}
interface StayLine extends StayHead {
  readonly position: string;
  readonly recorded_at: Date;
  readonly block: StayBlock;
}
/** A history as far as it was read. */
interface Read<F> {
  readonly position: Position;
  readonly facts: readonly F[];
}

export interface Choice {
  readonly clocks: Clocks;
  /** Only cases whose row may be open at `asOf`. */
  readonly openOnly: boolean;
  readonly hospital?: string | undefined;
  readonly caseIds?: readonly string[] | undefined;
  /** Only cases that may have ended from then on. */
  readonly endedFrom?: string | undefined;
}

/** What rows are made of. */
export interface Histories {
  readonly cases: readonly CaseHistory[];
  readonly stays: StayVersions;
  /** When news of each hospital last came. */
  readonly heard: ReadonlyMap<string, string>;
  /** Hospitals whose feed intake calls silent or late. */
  readonly troubled: ReadonlyMap<string, TroubledFeed>;
}

/** A case with news, and where in the log the last of it stands. */
interface Changed {
  readonly caseId: string;
  readonly position: Position;
}

/**
 * Loads whole histories, a board full at a time. What was read once is kept: a history only grows, and a version of a stay
 * never changes.
 */
@Injectable()
export class CaseHistories {
  private readonly caseFacts = new Kept<Read<CaseFact>>(1500);
  private readonly requestFacts = new Kept<Read<RequestFact>>(1500);
  private readonly stayVersions = new Kept<StayVersion>(1500);

  private readonly feeds: FeedStates;

  constructor(private readonly database: Database) {
    this.feeds = new FeedStates(database);
  }

  async load(choice: Choice): Promise<Histories> {
    const lines = await this.caseLines(choice);
    const hospitals = [...new Set(lines.flatMap(({ hospital }) => hospital ?? []))];
    // Nearly every case still stands on the stay it was linked to last: that need not wait for its facts.
    const linked = lines.flatMap(({ stay_id }) => stay_id ?? []);
    const [facts, requests, heard, troubled, stays] = await Promise.all([
      this.factsOf(lines, this.caseFacts, isCaseFact),
      this.requests(lines.map(({ case_id }) => case_id)),
      this.lastHeard(hospitals, choice.clocks),
      this.feeds.troubled(choice.clocks),
      this.stays([...new Set(linked)], choice, new Map()),
    ]);
    const cases = lines.map(({ key, case_id, person_id }) => ({
      caseId: case_id,
      personId: person_id,
      facts: facts.get(key) ?? [],
      requests: requests.get(case_id) ?? [],
    }));
    return { cases, stays: await this.stays(formerLinks(cases, stays), choice, stays), heard, troubled };
  }

  /** A case that ended before `asOf` and of which nothing was heard since cannot be open then. */
  private async caseLines({ clocks, openOnly, hospital, caseIds, endedFrom }: Choice): Promise<readonly StreamLine[]> {
    const { rows } = await this.database.query<StreamLine>(
      `SELECT t.key, t.position::text AS position, t.case_id, t.hospital, t.stay_id,
              coalesce(t.person_id, '') AS person_id FROM ${casesTable} t
       WHERE t.kind = 'case' AND t.opened_at <= $1 AND t.opened_recorded <= $2
         AND ($3::boolean IS FALSE OR t.ended_at IS NULL OR t.ended_at > $1 OR t.last_recorded > $2)
         AND ($4::text IS NULL OR t.hospital = $4) AND ($5::text[] IS NULL OR t.case_id = ANY ($5))
         AND ($6::timestamptz IS NULL OR t.ended_at >= $6 OR t.last_recorded > $2)`,
      [
        clocks.asOf,
        clocks.live ? 'infinity' : clocks.knownAt,
        openOnly,
        hospital ?? null,
        caseIds ?? null,
        endedFrom ?? null,
      ],
    );
    return rows;
  }

  private async requests(caseIds: readonly string[]): Promise<ReadonlyMap<string, readonly RequestHistory[]>> {
    const byCase = new Map<string, RequestHistory[]>();
    if (caseIds.length === 0) return byCase;
    const { rows } = await this.database.query<RequestLine>(
      `SELECT t.key, t.position::text AS position, t.case_id FROM ${casesTable} t
       WHERE t.kind = 'request' AND t.case_id = ANY ($1) ORDER BY t.key`,
      [caseIds],
    );
    const facts = await this.factsOf(rows, this.requestFacts, isRequestFact);
    for (const { key, case_id } of rows) {
      const list = byCase.get(case_id) ?? [];
      list.push({ requestId: idOf(key), facts: facts.get(key) ?? [] });
      byCase.set(case_id, list);
    }
    return byCase;
  }

  /** The facts of these streams: those kept, and what came since in one statement. */
  private async factsOf<F extends CaseFact | RequestFact>(
    lines: readonly Pick<StreamLine, 'key' | 'position'>[],
    kept: Kept<Read<F>>,
    isTheirs: (fact: StoredFact) => fact is F,
  ): Promise<ReadonlyMap<string, readonly F[]>> {
    const found = new Map<string, readonly F[]>();
    const missing = lines.flatMap(({ key, position }) => {
      const read = kept.get(key);
      found.set(key, read?.facts ?? []);
      if (read && comparePositions(read.position, position) >= 0) return [];
      return [{ key, after: read?.position ?? '0' }];
    });
    for (const [key, news] of await readFacts(this.database.pool, missing)) {
      const facts = [...(found.get(key) ?? []), ...news.filter(isTheirs)];
      found.set(key, facts);
      kept.put(key, { position: news.at(-1)?.position ?? '0', facts }, missing.length);
    }
    return found;
  }

  /** The newest version known of each stay, and of those that one was merged into. */
  private async stays(stayIds: readonly string[], choice: Choice, known: StayVersions): Promise<StayVersions> {
    const found = new Map(known);
    let wanted = stayIds;
    while (wanted.length > 0) {
      const versions = await this.versionsOf(await this.stayHeads(wanted, choice));
      for (const version of versions) found.set(version.block.stayId, [version]);
      wanted = versions.flatMap(({ block }) =>
        block.status === 'merged' && block.mergedInto !== null && !found.has(block.mergedInto)
          ? [block.mergedInto]
          : [],
      );
    }
    return found;
  }

  private async stayHeads(stayIds: readonly string[], { clocks }: Choice): Promise<readonly StayHead[]> {
    const { rows } = clocks.live
      ? await this.database.query<StayHead>(`SELECT stay_id, revision FROM ${staysTable} WHERE stay_id = ANY ($1)`, [
          stayIds,
        ])
      : await this.database.query<StayHead>(
          `SELECT v.* FROM unnest($1::text[]) AS wanted(id) CROSS JOIN LATERAL (
             SELECT stay_id, revision FROM ${stayVersionsTable} WHERE stay_id = wanted.id AND recorded_at <= $2
               AND ($3::bigint IS NULL OR position <= $3) ORDER BY revision DESC LIMIT 1) v`,
          [stayIds, clocks.knownAt, clocks.upTo ?? null],
        );
    return rows;
  }

  private async versionsOf(heads: readonly StayHead[]): Promise<readonly StayVersion[]> {
    const found: StayVersion[] = [];
    const missing = heads.filter(({ stay_id, revision }) => {
      const version = this.stayVersions.get(`${stay_id}@${String(revision)}`);
      if (version) found.push(version);
      return version === undefined;
    });
    if (missing.length === 0) return found;
    const { rows } = await this.database.query<StayLine>(
      `SELECT v.stay_id, v.revision, v.position::text AS position, v.recorded_at, v.block
       FROM unnest($1::text[], $2::integer[]) AS wanted(id, revision)
       JOIN ${stayVersionsTable} v ON v.stay_id = wanted.id AND v.revision = wanted.revision`,
      [missing.map(({ stay_id }) => stay_id), missing.map(({ revision }) => revision)],
    );
    for (const { stay_id, revision, position, recorded_at, block } of rows) {
      const version = { revision, position, recordedAt: recorded_at.toISOString(), block };
      found.push(version);
      this.stayVersions.put(`${stay_id}@${String(revision)}`, version, rows.length);
    }
    return found;
  }

  /** When news of each of these hospitals last came; one that was never heard is missing. */
  async lastHeard(hospitals: readonly string[], clocks: Clocks): Promise<ReadonlyMap<string, string>> {
    if (hospitals.length === 0) return new Map();
    const { rows } = await this.database.query<{ hospital: string; heard: Date | null }>(
      `SELECT wanted.hospital, (SELECT max(v.recorded_at) FROM ${stayVersionsTable} v
         WHERE v.hospital = wanted.hospital AND v.recorded_at <= $2) AS heard
       FROM unnest($1::text[]) AS wanted(hospital)`,
      [hospitals, clocks.live ? 'infinity' : clocks.knownAt],
    );
    return new Map(rows.flatMap(({ hospital, heard }) => (heard ? [[hospital, heard.toISOString()] as const] : [])));
  }

  /** Hospitals with a feed that intake calls silent or late. */
  troubledFeeds(clocks: Clocks): Promise<ReadonlyMap<string, TroubledFeed>> {
    return this.feeds.troubled(clocks);
  }

  /** Hospitals that have an open case. */
  async hospitals(): Promise<readonly string[]> {
    const { rows } = await this.database.query<{ hospital: string }>(
      `SELECT DISTINCT t.hospital FROM ${casesTable} t WHERE t.kind = 'case' AND t.ended_at IS NULL AND t.hospital IS NOT NULL`,
    );
    return rows.map(({ hospital }) => hospital);
  }

  /** Cases whose row changed after a position: those with news, and the open ones of a hospital whose feed fell silent, behind, or came back. */
  async shownAnewSince(after: Position): Promise<readonly Changed[]> {
    const [news, { rows }] = await Promise.all([
      this.changedSince(after),
      this.database.query<{ case_id: string; position: string }>(
        `SELECT t.case_id, max(f.position)::text AS position FROM ${feedStatesTable} f
           JOIN ${casesTable} t ON t.hospital = ANY (f.hospitals) AND t.kind = 'case' AND t.ended_at IS NULL
          WHERE f.position > $1 GROUP BY t.case_id`,
        [after],
      ),
    ]);
    const latest = new Map(news.map(({ caseId, position }) => [caseId, position]));
    for (const { case_id, position } of rows)
      if (comparePositions(latest.get(case_id) ?? '0', position) < 0) latest.set(case_id, position);
    return [...latest]
      .map(([caseId, position]) => ({ caseId, position }))
      .sort((a, b) => comparePositions(a.position, b.position) || (a.caseId < b.caseId ? -1 : 1));
  }

  /** Cases with news after a position: in a stream of their own, or of the stay they stand on. */
  changedSince(after: Position): Promise<readonly Changed[]> {
    return this.changed('f.position > $1', `${stayVersionsTable} v`, 'v.position > $1', after);
  }

  /** The same by the clock of the log. */
  changedAfter(recordedAt: string): Promise<readonly Changed[]> {
    return this.changed(
      'f.recorded_at > $1',
      `${staysTable} s JOIN ${stayVersionsTable} v USING (stay_id, revision)`,
      's.recorded_at > $1',
      recordedAt,
    );
  }

  private async changed(news: string, stays: string, newsOfStay: string, since: string): Promise<readonly Changed[]> {
    const { rows } = await this.database.query<{ case_id: string; position: string }>(
      `SELECT case_id, max(position)::text AS position FROM (
         SELECT t.case_id, f.position FROM ${caseFactsTable} f JOIN ${casesTable} t ON t.key = f.key
         WHERE ${news} AND t.case_id IS NOT NULL
         UNION ALL
         SELECT t.case_id, v.position FROM ${stays} JOIN ${casesTable} t ON t.stay_id = v.stay_id AND t.kind = 'case'
         WHERE ${newsOfStay}
       ) news GROUP BY case_id ORDER BY max(position), case_id`,
      [since],
    );
    return rows.map(({ case_id, position }) => ({ caseId: case_id, position }));
  }
}

/** Stays that cases stood on at another time: for a board of the past. */
const formerLinks = (cases: readonly CaseHistory[], known: StayVersions): readonly string[] => [
  ...new Set(
    cases.flatMap(({ facts }) =>
      facts.flatMap((fact) =>
        fact.type === 'CaseLinkedToStay' && fact.data.stayId !== null && !known.has(fact.data.stayId)
          ? [fact.data.stayId]
          : [],
      ),
    ),
  ),
];

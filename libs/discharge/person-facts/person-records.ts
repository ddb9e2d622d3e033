import { Injectable } from '@nestjs/common';
import type { CaseEvent } from '#libs/contracts/discharge/case-events.js';
import { fold } from '#libs/event-store/decider.js';
import { EventFeed } from '#libs/event-feed/port.js';
import { comparePositions, EventStore, StoreUnavailable } from '#libs/event-store/port.js';
import { Batched } from '#libs/people/identity/batched.js';
import { Database } from '#libs/platform/database.js';
import { caseDecider } from '../domain/case-decider.js';
import type { CaseCommand } from '../domain/case-command.js';
import type { CaseBody, CaseRecord } from '../domain/case-state.js';
import type { Death, WardStay } from '../domain/ward.js';
import type { PersonFacts } from '../domain/wanted.js';
import { caseIndexTable, deathsTable, mergesTable, progressTable } from '../stays/people-tables.js';
import { staysConsumer, staysTable } from '../stays/stays.projection.js';
import type { StayVersion } from '../stays/stay-row.js';
import { WardStays } from '../stays/ward-stays.js';
import { prepared } from '#libs/platform/prepared.js';

/** What is indexed of a person: ids only; the stays are read from our copy, the cases from the log itself. */
export interface PersonIndex {
  /** How far the log had been taken in. */
  readonly position: string;
  /** All ids that are this person. */
  readonly personIds: readonly string[];
  readonly cases: readonly { readonly caseId: string; readonly hospital: string; readonly referredAt: string }[];
  readonly stayIds: readonly string[];
  readonly deaths: readonly Death[];
}

interface IndexRow {
  readonly position: string | null;
  readonly person_ids: readonly string[];
  readonly cases: readonly { readonly caseId: string; readonly hospital: string; readonly referredAt: string }[];
  readonly stay_ids: readonly string[];
  readonly deaths: readonly { readonly diedAt: string | null }[];
}

/** One round trip: the ids are followed through merges that stand, in both directions. */
const indexSql = `
WITH RECURSIVE family(id) AS (
  SELECT $1::text
  UNION
  SELECT others.id FROM family CROSS JOIN LATERAL (
    SELECT loser AS id FROM ${mergesTable} WHERE stands AND survivor = family.id
    UNION ALL
    SELECT survivor FROM ${mergesTable} WHERE stands AND loser = family.id
  ) others
)
SELECT (SELECT position::text FROM ${progressTable}) AS position,
  ARRAY(SELECT id FROM family) AS person_ids,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('caseId', case_id, 'hospital', hospital, 'referredAt', referred_at) ORDER BY position), '[]')
   FROM ${caseIndexTable} WHERE person_id IN (SELECT id FROM family)) AS cases,
  ARRAY(SELECT stay_id FROM ${staysTable} WHERE person_id IN (SELECT id FROM family)) AS stay_ids,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('diedAt', died_at)), '[]')
   FROM ${deathsTable} WHERE stands AND person_id IN (SELECT id FROM family)) AS deaths`;

const utc = (instant: string): string => new Date(instant).toISOString();

const wardStayOf = ({ block, admissionCancelledAt, dischargeCancelledAt }: StayVersion): WardStay => ({
  block,
  admissionCancelledAt,
  dischargeCancelledAt,
});

/** Of each of these: how far the log had been taken in, and whether the team has, or a merge may give it, a case of theirs. */
const glanceSql = `
SELECT asked.id, (SELECT position::text FROM ${progressTable}) AS position,
  EXISTS (SELECT 1 FROM ${caseIndexTable} c WHERE c.person_id = asked.id)
    OR EXISTS (SELECT 1 FROM ${mergesTable} m WHERE m.stands AND m.survivor = asked.id)
    OR EXISTS (SELECT 1 FROM ${mergesTable} m WHERE m.stands AND m.loser = asked.id) AS known
FROM unnest($1::text[]) asked(id)`;

interface Glance {
  readonly id: string;
  readonly position: string | null;
  readonly known: boolean;
}

/** How long a policy waits for the copy of the stays at a stretch; the feed then lets it try again, for as long as a rebuild takes. */
const patienceMs = 5_000;
const pauseMs = 10;

/** Reads what is known of a person: stays and deaths from our copy, cases fresh from the log. */
@Injectable()
export class PersonRecords {
  readonly #glances = new Batched<Glance>(async (personIds) => {
    const { rows } = await this.database.query<Glance>(prepared(glanceSql, [personIds]));
    return new Map(rows.map((glance) => [glance.id, glance]));
  });

  constructor(
    private readonly database: Database,
    private readonly store: EventStore,
    private readonly stays: WardStays,
    private readonly feed: EventFeed,
  ) {}

  async index(personId: string): Promise<PersonIndex> {
    const { rows } = await this.database.query<IndexRow>(prepared(indexSql, [personId]));
    const [row] = rows;
    return {
      position: row?.position ?? '0',
      personIds: row?.person_ids ?? [personId],
      cases: (row?.cases ?? []).map((known) => ({ ...known, referredAt: utc(known.referredAt) })),
      stayIds: row?.stay_ids ?? [],
      deaths: (row?.deaths ?? []).map(({ diedAt }) => ({ diedAt: diedAt === null ? null : utc(diedAt) })),
    };
  }

  /**
   * The index once it has taken in the log up to `position`: a policy that decided on an older copy would undo what is right.
   * Undefined for somebody of whom there is no case, as of most people a ward speaks of.
   * @throws StoreUnavailable when the copy does not come along.
   */
  async indexFrom(position: string, personId: string): Promise<PersonIndex | undefined> {
    const until = Date.now() + patienceMs;
    const isThere = (reached: string | null): boolean => comparePositions(reached ?? '0', position) >= 0;
    for (;;) {
      await this.feed.settled(position, { consumers: [staysConsumer], timeoutMs: patienceMs });
      // The tables say how far they are: what the feed knows may be older, or of a copy that was just replaced.
      const glance = await this.#glances.get(personId);
      if (isThere(glance.position)) {
        if (!glance.known) return undefined;
        const index = await this.index(personId);
        if (isThere(index.position)) return index;
      }
      if (Date.now() > until) throw new StoreUnavailable('the copy of the stays does not come along');
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  /** A case folded from the log; its state is `none` where there is no such case. */
  async caseRecord(caseId: string): Promise<CaseRecord> {
    return fold<CaseRecord, CaseCommand, CaseEvent>(caseDecider, await this.store.readStream(`case-${caseId}`));
  }

  /** Everything known of the person of an index, and of further cases not indexed yet. */
  async factsOf(index: PersonIndex, moreCases: readonly string[] = []): Promise<PersonFacts> {
    const caseIds = [...new Set([...index.cases.map(({ caseId }) => caseId), ...moreCases])];
    const [stays, records] = await Promise.all([
      this.staysOf(index.stayIds),
      Promise.all(caseIds.map((caseId) => this.caseRecord(caseId))),
    ]);
    const cases = records.flatMap(({ state }): CaseBody[] => (state.status === 'none' ? [] : [state.body]));
    return { stays, deaths: index.deaths, cases };
  }

  private async staysOf(stayIds: readonly string[]): Promise<ReadonlyMap<string, WardStay>> {
    const versions = await this.stays.byIds(stayIds);
    return new Map(versions.map((version) => [version.stayId, wardStayOf(version)]));
  }
}

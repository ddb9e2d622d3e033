import type { PoolClient } from 'pg';
import type { Projection } from '#libs/event-feed/port.js';
import type { StoredEvent } from '#libs/event-store/port.js';
import type { CaseEntry } from '../domain/case-history.js';
import { type DayRun, type StayParts } from '../domain/stay-fact.js';
import { prepared } from '#libs/platform/prepared.js';
import { listStatement } from '#libs/platform/row-list.js';
import { saveVersions, versionTable, type Written, Writing } from '../versions.js';
import { caseEventTypes, isCaseEvent } from './case-entry.js';
import { caseIdOf, type HeldCase, PageOfStays, stayIdOf } from './folding.js';
import { isStayEvent, stayEventTypes } from './stay-parts.js';
import { caseFactColumns, stayFactDdl, stayFactTables, type StayFactsVersion } from './tables.js';

interface StayRow {
  readonly stay_id: string;
  readonly revision: number;
  readonly parts: StayParts;
  readonly events: [string, string][];
  readonly version: number;
  readonly fact_hash: string | null;
}
interface CaseRow {
  readonly case_id: string;
  readonly stay_id: string | null;
  readonly entries: CaseEntry[];
  readonly spans: Record<string, Written>;
  readonly fact: Written;
}

const heldCase = ({ case_id, stay_id, entries, spans, fact }: CaseRow): HeldCase => ({
  ...{ caseId: case_id, stayId: stay_id, entries, spans, fact },
});

/** Everything that one page can touch: its stays and cases, the stays its cases belong or will belong to, and all cases of those stays. */
const load = async (
  events: readonly StoredEvent[],
  tx: PoolClient,
  version: StayFactsVersion,
): Promise<PageOfStays> => {
  const page = new PageOfStays();
  const columns = 'case_id, stay_id, entries, spans, fact';
  const cases = `insights.cases_v${String(version)}`;
  const stayIds = new Set(events.filter(isStayEvent).map(stayIdOf));
  const caseIds = new Set(events.filter(isCaseEvent).map(caseIdOf));
  for (const event of events)
    if (isCaseEvent(event) && event.type === 'CaseLinkedToStay' && event.data.stayId !== null)
      stayIds.add(event.data.stayId);
  const found = await tx.query<CaseRow>(
    prepared(
      `SELECT ${columns} FROM ${cases}
     WHERE case_id = ANY($1)
        OR stay_id = ANY($2::text[] || ARRAY(SELECT stay_id FROM ${cases} WHERE case_id = ANY($1) AND stay_id IS NOT NULL))
     ORDER BY case_id`,
      [[...caseIds], [...stayIds]],
    ),
  );
  for (const row of found.rows) {
    page.hold(heldCase(row));
    if (row.stay_id !== null) stayIds.add(row.stay_id);
    // An entry marked in error may have been the last link: an older one then holds again.
    for (const entry of row.entries)
      if (entry.type === 'CaseLinkedToStay' && entry.data.stayId !== null) stayIds.add(entry.data.stayId);
  }
  const siblings = await tx.query<CaseRow>(
    prepared(`SELECT ${columns} FROM ${cases} WHERE stay_id = ANY($1) AND NOT case_id = ANY($2) ORDER BY case_id`, [
      [...stayIds],
      [...page.cases.keys()],
    ]),
  );
  for (const row of siblings.rows) page.hold(heldCase(row));
  const stays = await tx.query<StayRow>(
    prepared(
      `SELECT stay_id, revision, parts, events, version, fact_hash FROM insights.stays_v${String(version)} WHERE stay_id = ANY($1)`,
      [[...stayIds]],
    ),
  );
  for (const row of stays.rows)
    page.stays.set(row.stay_id, {
      stayId: row.stay_id,
      revision: row.revision,
      parts: row.parts,
      events: row.events,
      version: row.version,
      factHash: row.fact_hash,
    });
  return page;
};

const statementsOf = (version: StayFactsVersion) => {
  const table = (name: string): string => `insights.${name}_v${String(version)}`;
  return {
    stays: listStatement(
      `stay_id text, revision integer, parts json, events json, version integer, fact_hash text`,
      (rows) => `INSERT INTO ${table('stays')} AS s (stay_id, revision, parts, events, version, fact_hash)
     SELECT stay_id, revision, parts, events, version, fact_hash FROM ${rows} AS r
     ON CONFLICT (stay_id) DO UPDATE SET revision = excluded.revision, parts = excluded.parts, events = excluded.events,
       version = excluded.version, fact_hash = excluded.fact_hash`,
    ),
    cases: listStatement(
      `case_id text, stay_id text, entries json, spans json, fact json`,
      (rows) => `INSERT INTO ${table('cases')} AS c (case_id, stay_id, entries, spans, fact)
     SELECT case_id, stay_id, entries, spans, fact FROM ${rows} AS r
     ON CONFLICT (case_id) DO UPDATE SET stay_id = excluded.stay_id, entries = excluded.entries, spans = excluded.spans, fact = excluded.fact`,
    ),
    endedFacts: listStatement(
      'id text, version integer, known_until timestamptz',
      (rows) => `UPDATE ${table('stay_facts')} f SET known_until = r.known_until, events = NULL
     FROM ${rows} AS r WHERE f.stay_id = r.id AND f.version = r.version`,
    ),
    endedSpans: listStatement(
      'id text, part text, version integer, known_until timestamptz',
      (rows) => `UPDATE ${table('delay_spans')} f SET known_until = r.known_until
     FROM ${rows} AS r WHERE f.case_id = r.id AND f.delay_id = r.part AND f.version = r.version`,
    ),
    counts: listStatement(
      'id text, version integer, events integer',
      (rows) => `UPDATE ${table('stay_facts')} f SET events = r.events
     FROM ${rows} AS r WHERE f.stay_id = r.id AND f.version = r.version AND f.events IS DISTINCT FROM r.events`,
    ),
    facts: listStatement(
      `stay_id text, version integer, known_from timestamptz, known_until timestamptz, position bigint, events integer,
       person_id text, hospital text, ward text, admitted_on date, discharged_on date, admitted_at timestamptz,
       discharged_at timestamptz, nights integer, alive boolean, destination text, admission_method text, sex text,
       authority text, age_years integer, age_on date, age_class_in text, age_class text, ready_on date, ready_fault boolean, met_at_discharge boolean,
       not_met datemultirange, wards jsonb, case_ids text[], pathways text[], unsettled jsonb`,
      (rows) => `INSERT INTO ${table('stay_facts')} SELECT * FROM ${rows} AS r`,
    ),
    spans: listStatement(
      `case_id text, delay_id text, version integer, known_from timestamptz, known_until timestamptz, person_id text, stay_id text,
       reason text, family text, owner text, starts_at timestamptz, ends_at timestamptz, starts_on date, ends_on date,
       hospital text, ward text, authority text, pathway text, sex text, age_years integer, age_on date, unsettled jsonb`,
      (rows) => `INSERT INTO ${table('delay_spans')} SELECT * FROM ${rows} AS r`,
    ),
    times: listStatement(
      'stream text, recorded timestamptz[]',
      (rows) => `INSERT INTO ${table('event_times')} (stream, recorded) SELECT stream, recorded FROM ${rows} AS r
     ON CONFLICT (stream) DO UPDATE SET recorded = excluded.recorded`,
    ),
    caseFacts: versionTable(table('case_facts'), [['case_id', 'text']], caseFactColumns),
  };
};
type Statements = ReturnType<typeof statementsOf>;

const multirange = (runs: readonly DayRun[]): string =>
  `{${runs.map(({ from, to }) => `[${from},${to ?? ''})`).join(',')}}`;

const save = async (page: PageOfStays, writing: Writing, into: Statements): Promise<void> => {
  const stays = [...page.touchedStays].flatMap((id) => page.stays.get(id) ?? []);
  const cases = [...page.touchedCases].flatMap((id) => page.cases.get(id) ?? []);
  await writing.put(
    into.stays,
    stays.map((each) => ({
      stay_id: each.stayId,
      revision: each.revision,
      parts: each.parts,
      events: each.events,
      version: each.version,
      fact_hash: each.factHash,
    })),
  );
  await writing.put(
    into.cases,
    cases.map(({ caseId, stayId, entries, spans, fact }) => ({
      ...{ case_id: caseId, stay_id: stayId, entries, spans, fact },
    })),
  );
  await writing.put(
    into.endedFacts,
    page.closedFacts.map(({ id, version, knownUntil }) => ({ id, version, known_until: knownUntil })),
  );
  await writing.put(
    into.endedSpans,
    page.closedSpans.map(({ id, part, version, knownUntil }) => ({ id, part, version, known_until: knownUntil })),
  );
  await writing.put(into.counts, page.counts);
  await writing.put(
    into.facts,
    page.facts.map(({ stayId, version, knownFrom, knownUntil, position, events, row }) => ({
      stay_id: stayId,
      version,
      known_from: knownFrom,
      known_until: knownUntil,
      position,
      events,
      person_id: row.personId,
      hospital: row.hospital,
      ward: row.ward,
      admitted_on: row.admittedOn,
      discharged_on: row.dischargedOn,
      admitted_at: row.admittedAt,
      discharged_at: row.dischargedAt,
      nights: row.nights,
      alive: row.alive,
      destination: row.destination,
      admission_method: row.admissionMethod,
      sex: row.sex,
      authority: row.authority,
      age_years: row.ageYears,
      age_on: row.ageOn,
      age_class_in: row.ageClassIn,
      age_class: row.ageClass,
      ready_on: row.readyOn,
      ready_fault: row.readyFault,
      met_at_discharge: row.metAtDischarge,
      not_met: multirange(row.notMet),
      wards: row.wards,
      case_ids: row.caseIds,
      pathways: row.pathways.map((pathway) => (pathway === null ? 'unassigned' : String(pathway))),
      unsettled: row.unsettled,
    })),
  );
  await writing.put(
    into.spans,
    page.spans.map(({ caseId, version, knownFrom, knownUntil, row }) => ({
      case_id: caseId,
      delay_id: row.delayId,
      version,
      known_from: knownFrom,
      known_until: knownUntil,
      person_id: row.personId,
      stay_id: row.stayId,
      reason: row.reason,
      family: row.family,
      owner: row.owner,
      starts_at: row.from,
      ends_at: row.to,
      starts_on: row.fromOn,
      ends_on: row.toOn,
      hospital: row.hospital,
      ward: row.ward,
      authority: row.authority,
      pathway: row.pathway === null ? null : String(row.pathway),
      sex: row.sex,
      age_years: row.ageYears,
      age_on: row.ageOn,
      unsettled: row.unsettled,
    })),
  );
  await saveVersions(writing, page.caseFacts, into.caseFacts);
  await writing.put(into.times, [
    ...stays.map(({ stayId, events }) => ({ stream: `stay-${stayId}`, recorded: events.map(([, at]) => at) })),
    ...cases.map(({ caseId, entries }) => ({
      stream: `case-${caseId}`,
      recorded: entries.map(({ recordedAt }) => recordedAt),
    })),
  ]);
};

const stayFactsOf = (version: StayFactsVersion): Projection => {
  const into = statementsOf(version);
  return {
    name: 'insights.stay-facts',
    version,
    wants: { types: [...new Set([...stayEventTypes, ...caseEventTypes])], streamPrefixes: ['stay-', 'case-'] },
    tables: stayFactTables(version),
    ddl: stayFactDdl(version),
    async fold(events, tx) {
      const page = await load(events, tx, version);
      for (const event of events) page.apply(event);
      page.close();
      const writing = new Writing(tx);
      await save(page, writing, into);
      await writing.done();
    },
  };
};

/** Stays, cases and their delays as facts that figures count, each version with the time in which it was what we knew. */
export const stayFactsProjection: Projection = {
  ...stayFactsOf(6),
  replaces: { projection: stayFactsOf(5) },
};

import { setImmediate as aMoment } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import type { Projection } from '#libs/event-feed/port.js';
import type { StoredEvent } from '#libs/event-store/port.js';
import type { CaseEntry } from '../domain/case-history.js';
import { type DayRun, type StayParts } from '../domain/stay-fact.js';
import { prepared } from '#libs/platform/prepared.js';
import { saveVersions, type Written, Writing } from '../versions.js';
import { caseEventTypes, isCaseEvent } from './case-entry.js';
import { caseIdOf, FoldOfStays, type HeldCase, type HeldStay, stayIdOf, ToWrite } from './folding.js';
import { isStayEvent, stayEventTypes } from './stay-parts.js';
import {
  caseFactColumns,
  jsonOf,
  stayFactDdl,
  stayFactStandIns,
  stayFactTables,
  type StayFactsVersion,
} from './tables.js';

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

/**
 * Holds everything that these events can touch and that is not held yet: their stays and cases, the stays these cases belong or will belong to, and all cases
 * of those stays. Of a stay that is held all its cases are.
 */
const load = async (
  held: FoldOfStays,
  events: readonly StoredEvent[],
  tx: PoolClient,
  version: StayFactsVersion,
): Promise<void> => {
  const columns = 'case_id, stay_id, entries, spans, fact';
  const cases = `insights.cases_v${String(version)}`;
  const stayIds = new Set(events.filter(isStayEvent).map(stayIdOf));
  const caseIds = new Set(events.filter(isCaseEvent).map(caseIdOf));
  for (const event of events)
    if (isCaseEvent(event) && event.type === 'CaseLinkedToStay' && event.data.stayId !== null)
      stayIds.add(event.data.stayId);
  const hold = (row: CaseRow): void => {
    if (!held.cases.has(row.case_id)) held.cases.set(row.case_id, heldCase(row));
  };
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
    hold(row);
    if (row.stay_id !== null) stayIds.add(row.stay_id);
    // An entry marked in error may have been the last link: an older one then holds again.
    for (const entry of row.entries)
      if (entry.type === 'CaseLinkedToStay' && entry.data.stayId !== null) stayIds.add(entry.data.stayId);
  }
  const siblings = await tx.query<CaseRow>(
    prepared(`SELECT ${columns} FROM ${cases} WHERE stay_id = ANY($1) AND NOT case_id = ANY($2) ORDER BY case_id`, [
      [...stayIds],
      found.rows.map(({ case_id }) => case_id),
    ]),
  );
  for (const row of siblings.rows) hold(row);
  const stays = await tx.query<StayRow>(
    prepared(
      `SELECT stay_id, revision, parts, events, version, fact_hash FROM insights.stays_v${String(version)} WHERE stay_id = ANY($1)`,
      [[...stayIds].filter((stayId) => !held.stays.has(stayId))],
    ),
  );
  for (const row of stays.rows)
    held.stays.set(row.stay_id, {
      stayId: row.stay_id,
      revision: row.revision,
      parts: row.parts,
      events: row.events,
      version: row.version,
      factHash: row.fact_hash,
    });
};

const caseFactTable = (version: StayFactsVersion) =>
  ({
    table: `insights.case_facts_v${String(version)}`,
    key: [['case_id', 'text']],
    columns: caseFactColumns,
  }) as const;

const saveEventTimes = async (
  stays: readonly HeldStay[],
  cases: readonly HeldCase[],
  writing: Writing,
  version: StayFactsVersion,
): Promise<void> => {
  await writing.put(
    `INSERT INTO insights.event_times_v${String(version)} (stream, recorded)
     SELECT stream, recorded FROM json_to_recordset($1::json) AS r(stream text, recorded timestamptz[])
     ON CONFLICT (stream) DO UPDATE SET recorded = excluded.recorded`,
    [
      ...stays.map(({ stayId, events }) => ({ stream: `stay-${stayId}`, recorded: events.map(([, at]) => at) })),
      ...cases.map(({ caseId, entries }) => ({
        stream: `case-${caseId}`,
        recorded: entries.map(({ recordedAt }) => recordedAt),
      })),
    ],
  );
};

const multirange = (runs: readonly DayRun[]): string =>
  `{${runs.map(({ from, to }) => `[${from},${to ?? ''})`).join(',')}}`;

/** Sends what was made; the stays and cases themselves as they are held by then. */
const send = async (made: ToWrite, held: FoldOfStays, writing: Writing, version: StayFactsVersion): Promise<void> => {
  const stays = [...made.stays].flatMap((id) => held.stays.get(id) ?? []);
  const cases = [...made.cases].flatMap((id) => held.cases.get(id) ?? []);
  const json = jsonOf(version);
  await writing.put(
    `INSERT INTO insights.stays_v${String(version)} AS s (stay_id, revision, parts, events, version, fact_hash)
     SELECT stay_id, revision, parts, events, version, fact_hash
     FROM json_to_recordset($1::json) AS r(stay_id text, revision integer, parts ${json}, events ${json}, version integer, fact_hash text)
     ON CONFLICT (stay_id) DO UPDATE SET revision = excluded.revision, parts = excluded.parts, events = excluded.events,
       version = excluded.version, fact_hash = excluded.fact_hash`,
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
    `INSERT INTO insights.cases_v${String(version)} AS c (case_id, stay_id, entries, spans, fact)
     SELECT case_id, stay_id, entries, spans, fact
     FROM json_to_recordset($1::json) AS r(case_id text, stay_id text, entries ${json}, spans ${json}, fact ${json})
     ON CONFLICT (case_id) DO UPDATE SET stay_id = excluded.stay_id, entries = excluded.entries, spans = excluded.spans, fact = excluded.fact`,
    cases.map(({ caseId, stayId, entries, spans, fact }) => ({
      ...{ case_id: caseId, stay_id: stayId, entries, spans, fact },
    })),
  );
  await writing.put(
    `UPDATE insights.stay_facts_v${String(version)} f SET known_until = r.known_until${version === 4 ? '' : ', events = NULL'}
     FROM json_to_recordset($1::json) AS r(id text, version integer, known_until timestamptz)
     WHERE f.stay_id = r.id AND f.version = r.version`,
    made.closedFacts.map(({ id, version, knownUntil }) => ({ id, version, known_until: knownUntil })),
  );
  await writing.put(
    `UPDATE insights.delay_spans_v${String(version)} f SET known_until = r.known_until
     FROM json_to_recordset($1::json) AS r(id text, part text, version integer, known_until timestamptz)
     WHERE f.case_id = r.id AND f.delay_id = r.part AND f.version = r.version`,
    made.closedSpans.map(({ id, part, version, knownUntil }) => ({ id, part, version, known_until: knownUntil })),
  );
  await writing.put(
    `UPDATE insights.stay_facts_v${String(version)} f SET events = r.events
     FROM json_to_recordset($1::json) AS r(id text, version integer, events integer)
     WHERE f.stay_id = r.id AND f.version = r.version AND f.events IS DISTINCT FROM r.events`,
    made.counts,
  );
  await writing.put(
    `INSERT INTO insights.stay_facts_v${String(version)}
     SELECT * FROM json_to_recordset($1::json) AS r(
       stay_id text, version integer, known_from timestamptz, known_until timestamptz, position bigint, events integer,
       person_id text, hospital text, ward text, admitted_on date, discharged_on date, admitted_at timestamptz,
       discharged_at timestamptz, nights integer, alive boolean, destination text, admission_method text, sex text,
       authority text, age_years integer, age_on date, age_class_in text, age_class text, ready_on date, ready_fault boolean, met_at_discharge boolean,
       not_met datemultirange, wards jsonb, case_ids text[], pathways text[], unsettled jsonb)`,
    made.facts.map(({ stayId, version, knownFrom, knownUntil, position, events, row }) => ({
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
    `INSERT INTO insights.delay_spans_v${String(version)}
     SELECT * FROM json_to_recordset($1::json) AS r(
       case_id text, delay_id text, version integer, known_from timestamptz, known_until timestamptz, person_id text, stay_id text,
       reason text, family text, owner text, starts_at timestamptz, ends_at timestamptz, starts_on date, ends_on date,
       hospital text, ward text, authority text, pathway text, sex text, age_years integer, age_on date, unsettled jsonb)`,
    made.spans.map(({ caseId, version, knownFrom, knownUntil, row }) => ({
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
  await saveVersions(writing, made.caseFacts, caseFactTable(version));
  await saveEventTimes(stays, cases, writing, version);
};

const save = async (made: ToWrite, held: FoldOfStays, tx: PoolClient, version: StayFactsVersion): Promise<void> => {
  const writing = new Writing(tx);
  await send(made, held, writing, version);
  await writing.done();
};

/** So many events are applied at a time before others have their turn: the database's answers, which send it the next list. */
const breathe = 50;

const applyAll = async (held: FoldOfStays, events: readonly StoredEvent[]): Promise<void> => {
  for (const [index, event] of events.entries()) {
    held.apply(event);
    if (index % breathe === breathe - 1) await aMoment();
  }
};

/** Ends when both have: nothing is sent any more in a transaction that was given up. */
const together = async (...works: readonly Promise<void>[]): Promise<void> => {
  await Promise.allSettled(works);
  await Promise.all(works);
};

/** `part`: so many events are held, applied and written together; while the database writes those of a part, the next is applied. */
export const stayFactsOf = (version: StayFactsVersion, part = 2_000): Projection => ({
  name: 'insights.stay-facts',
  version,
  wants: { types: [...new Set([...stayEventTypes, ...caseEventTypes])], streamPrefixes: ['stay-', 'case-'] },
  tables: stayFactTables(version),
  ddl: stayFactDdl(version),
  async fold(events, tx) {
    const held = new FoldOfStays(version);
    let made = new ToWrite();
    for (let at = 0; at < events.length; at += part) {
      const own = events.slice(at, at + part);
      await load(held, own, tx, version);
      await together(save(made, held, tx, version), applyAll(held, own));
      made = held.handOver();
    }
    await save(made, held, tx, version);
  },
});

/** Stays, cases and their delays as facts that figures count, each version with the time in which it was what we knew. */
export const stayFactsProjection: Projection = {
  ...stayFactsOf(5),
  replaces: { projection: stayFactsOf(4), as: stayFactStandIns },
};

import type { CivilDate, Instant } from '#libs/nhs/index.js';
import { londonDate } from '#libs/nhs/index.js';
import type { Database } from '#libs/platform/database.js';
import {
  type CaseAsKnown,
  caseAsKnown,
  type CaseEntry,
  countsAsDischarged,
  dischargeInstant,
  pathwayOfDelays,
} from '../domain/case-history.js';
import { type AgeClass, bandOf } from '../domain/age-class.js';
import type { Attributes } from '../domain/counting.js';
import { knownBy } from '../domain/entries.js';
import type { PeopleKnown } from './people-known.js';
import type { Filters } from './question.js';
import { heldAt, Parameters } from './sql.js';

export interface StayKnown {
  readonly stayId: string;
  readonly personId: string;
  readonly hospital: string | null;
  readonly ward: string | null;
  readonly authority: string | null;
  readonly sex: string | null;
  readonly admittedOn: CivilDate | null;
  readonly dischargedOn: CivilDate | null;
  readonly dischargedAt: Instant | null;
  readonly nights: number | null;
  readonly alive: boolean;
  readonly destination: string | null;
  readonly admissionMethod: string | null;
  readonly ageYears: number | null;
  readonly ageOn: CivilDate | null;
}

/** Stays by their ids, or all stays of people (give every id a person goes by), as known at an instant. */
export const staysKnown = async (
  db: Database,
  wanted: { readonly stayIds: readonly string[] } | { readonly personIds: readonly string[] },
  knownAt: Instant | null,
): Promise<StayKnown[]> => {
  const parameters = new Parameters();
  const which =
    'stayIds' in wanted
      ? `f.stay_id = ANY(${parameters.add(wanted.stayIds)})`
      : `f.person_id = ANY(${parameters.add(wanted.personIds)})`;
  const { rows } = await db.query<Omit<StayKnown, 'dischargedAt'> & { dischargedAt: Date | null }>(
    `SELECT stay_id AS "stayId", person_id AS "personId", hospital, ward, authority, sex, admitted_on::text AS "admittedOn",
       discharged_on::text AS "dischargedOn", discharged_at AS "dischargedAt", nights, alive, destination,
       admission_method AS "admissionMethod", age_years AS "ageYears", age_on::text AS "ageOn"
     FROM insights.stay_facts_v3 f WHERE ${which} AND ${heldAt('f', knownAt, parameters)} ORDER BY stay_id`,
    parameters.values,
  );
  return rows.map((row) => ({ ...row, dischargedAt: row.dischargedAt?.toISOString() ?? null }));
};

export interface CaseKnown {
  readonly known: CaseAsKnown;
  readonly stay: StayKnown | null;
}

/** Cases by id with their stays, as known at an instant. */
export const casesKnown = async (
  db: Database,
  caseIds: Iterable<string>,
  knownAt: Instant | null,
): Promise<ReadonlyMap<string, CaseKnown>> => {
  const { rows } = await db.query<{ case_id: string; entries: CaseEntry[] }>(
    `SELECT case_id, entries FROM insights.cases_v3 WHERE case_id = ANY($1)`,
    [[...new Set(caseIds)]],
  );
  const cases = rows.map((row) => caseAsKnown(row.case_id, knownBy(row.entries, knownAt)));
  const stayIds = [...new Set(cases.flatMap((known) => known.stayId ?? []))];
  const stays = new Map((await staysKnown(db, { stayIds }, knownAt)).map((stay) => [stay.stayId, stay]));
  return new Map(
    cases.map((known) => [
      known.caseId,
      { known, stay: known.stayId === null ? null : (stays.get(known.stayId) ?? null) },
    ]),
  );
};

/** No death recorded at or before discharge, by the stay's own messages or of the person (metrics.md §1 "Alive"). */
export const leftAlive = (stay: StayKnown, people: PeopleKnown): boolean => {
  const died = people.diedAt(stay.personId);
  return stay.alive && (died === null || stay.dischargedAt === null || died > stay.dischargedAt);
};

/** When the case left hospital: its stay discharged alive while the case stood, else a discharge by hand. */
export const dischargedOn = ({ known, stay }: CaseKnown, people: PeopleKnown): CivilDate | null => {
  const byWard = stay?.dischargedAt ?? null;
  if (stay !== null && byWard !== null && !(leftAlive(stay, people) && countsAsDischarged(known, byWard))) return null;
  const at = dischargeInstant(known, stay);
  return at === null ? null : londonDate(at);
};

/** What a row that hangs on a case can be grouped by, and its age class on the day that puts it in the window. */
export const caseAttributes = (
  found: CaseKnown | undefined,
  personId: string | null,
  on: CivilDate,
  people: PeopleKnown,
): { readonly attributes: Attributes; readonly age: AgeClass | null } => {
  const stay = found?.stay ?? null;
  const known = found?.known;
  const person = stay?.personId ?? known?.personId ?? personId;
  const age = person === null ? null : people.ageClass(person, stay, on);
  const pathway = known ? pathwayOfDelays(known, stay?.dischargedAt ?? null) : null;
  return {
    age,
    attributes: {
      hospital: stay?.hospital ?? known?.hospital ?? null,
      ward: stay?.ward ?? known?.ward ?? null,
      authority: known?.homeAuthority ?? stay?.authority ?? null,
      sex: stay?.sex ?? (person === null ? null : people.sexOf(person)),
      pathway: pathway === null ? null : String(pathway),
      ageBand: bandOf(age),
      day: on,
    },
  };
};

/** Whether the attributes pass the filters; what is not known passes only when `unknown` was asked for. */
export const passes = (attributes: Attributes, filters: Filters): boolean =>
  (filters.hospital === null || (attributes.hospital ?? 'unknown') === filters.hospital) &&
  (filters.ward === null || (attributes.ward ?? 'unknown') === filters.ward) &&
  (filters.authority === null || (attributes.authority ?? 'unknown') === filters.authority) &&
  (filters.ageBand === null || attributes.ageBand === filters.ageBand) &&
  (filters.provider === null || attributes.provider === filters.provider);

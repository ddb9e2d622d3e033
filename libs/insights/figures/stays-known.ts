import type { CivilDate, Instant } from '#libs/nhs/index.js';
import type { Database } from '#libs/platform/database.js';
import type { PeopleKnown } from './people-known.js';
import { heldAt, Parameters, readMany } from './sql.js';

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
  const { rows } = await readMany<Omit<StayKnown, 'dischargedAt'> & { dischargedAt: Date | null }>(
    db,
    `SELECT stay_id AS "stayId", person_id AS "personId", hospital, ward, authority, sex, admitted_on::text AS "admittedOn",
       discharged_on::text AS "dischargedOn", discharged_at AS "dischargedAt", nights, alive, destination,
       admission_method AS "admissionMethod", age_years AS "ageYears", age_on::text AS "ageOn"
     FROM insights.stay_facts_v6 f WHERE ${which} AND ${heldAt('f', knownAt, parameters)} ORDER BY stay_id`,
    parameters.values,
  );
  return rows.map((row) => ({ ...row, dischargedAt: row.dischargedAt?.toISOString() ?? null }));
};

/** No death recorded at or before discharge, by the stay's own messages or of the person (metrics.md §1 "Alive"). */
export const leftAlive = (stay: StayKnown, people: PeopleKnown): boolean => {
  const died = people.diedAt(stay.personId);
  return stay.alive && (died === null || stay.dischargedAt === null || died > stay.dischargedAt);
};

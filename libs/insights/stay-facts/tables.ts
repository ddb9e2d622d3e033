/**
 * What the figures of stays and delays are counted from. `stay_facts` and `delay_spans` are bitemporal: a row is what was known from `known_from` until
 * `known_until` (null = still), so that "as known at" is the same query with another instant. `stays` and `cases` are
 * what the fold works on.
 */
export const stayFactTables = (version: StayFactsVersion): readonly string[] =>
  ['stays', 'cases', 'stay_facts', 'delay_spans'].map((name) => `insights.${name}_v${String(version)}`);

/** Version 2 is the one before, kept for one release: it knew of no delays whose ready date lies ahead. */
export type StayFactsVersion = 2 | 3;

export const stayFactDdl = (version: StayFactsVersion): string => `
CREATE SCHEMA IF NOT EXISTS insights;
CREATE TABLE IF NOT EXISTS insights.stays_v${String(version)} (
  stay_id text PRIMARY KEY,
  revision integer NOT NULL,
  parts jsonb NOT NULL,
  events jsonb NOT NULL,
  version integer NOT NULL,
  fact_hash text
);
CREATE TABLE IF NOT EXISTS insights.cases_v${String(version)} (
  case_id text PRIMARY KEY,
  stay_id text,
  entries jsonb NOT NULL,
  spans jsonb NOT NULL
);
CREATE INDEX IF NOT EXISTS cases_v${String(version)}_stay ON insights.cases_v${String(version)} (stay_id) WHERE stay_id IS NOT NULL;
CREATE TABLE IF NOT EXISTS insights.stay_facts_v${String(version)} (
  stay_id text NOT NULL,
  version integer NOT NULL,
  known_from timestamptz NOT NULL,
  known_until timestamptz,
  position bigint NOT NULL,
  events integer NOT NULL,
  person_id text NOT NULL,
  hospital text,
  ward text,
  admitted_on date,
  discharged_on date,
  admitted_at timestamptz,
  discharged_at timestamptz,
  nights integer,
  alive boolean NOT NULL,
  destination text,
  admission_method text,
  sex text,
  authority text,
  age_years integer,
  age_on date,
  age_class_in text,
  age_class text,
  ready_on date,
  ready_fault boolean NOT NULL,
  met_at_discharge boolean,
  not_met datemultirange NOT NULL,
  wards jsonb NOT NULL,
  case_ids text[] NOT NULL,
  pathways text[] NOT NULL,
  unsettled jsonb,
  PRIMARY KEY (stay_id, version)
);
CREATE INDEX IF NOT EXISTS stay_facts_v${String(version)}_discharged ON insights.stay_facts_v${String(version)} (discharged_on) WHERE discharged_on IS NOT NULL;
CREATE INDEX IF NOT EXISTS stay_facts_v${String(version)}_now_discharged ON insights.stay_facts_v${String(version)} (discharged_on) WHERE known_until IS NULL AND discharged_on IS NOT NULL;
CREATE INDEX IF NOT EXISTS stay_facts_v${String(version)}_now_open ON insights.stay_facts_v${String(version)} (admitted_on) WHERE known_until IS NULL AND discharged_on IS NULL;
CREATE INDEX IF NOT EXISTS stay_facts_v${String(version)}_person ON insights.stay_facts_v${String(version)} (person_id);
CREATE INDEX IF NOT EXISTS stay_facts_v${String(version)}_known ON insights.stay_facts_v${String(version)} (known_from);
CREATE TABLE IF NOT EXISTS insights.delay_spans_v${String(version)} (
  case_id text NOT NULL,
  delay_id text NOT NULL,
  version integer NOT NULL,
  known_from timestamptz NOT NULL,
  known_until timestamptz,
  person_id text NOT NULL,
  stay_id text,
  reason text NOT NULL,
  family text,
  owner text,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz,
  starts_on date NOT NULL,
  ends_on date,
  hospital text,
  ward text,
  authority text,
  pathway text,
  sex text,
  age_years integer,
  age_on date,
  ${version === 2 ? '' : 'unsettled jsonb,'}
  PRIMARY KEY (case_id, delay_id, version)
);
${
  version === 2
    ? ''
    : `CREATE INDEX IF NOT EXISTS delay_spans_v3_unsettled ON insights.delay_spans_v3 (case_id) WHERE unsettled IS NOT NULL;`
}
CREATE INDEX IF NOT EXISTS delay_spans_v${String(version)}_now ON insights.delay_spans_v${String(version)} (starts_on) WHERE known_until IS NULL;
CREATE INDEX IF NOT EXISTS delay_spans_v${String(version)}_starts ON insights.delay_spans_v${String(version)} (starts_on);
`;

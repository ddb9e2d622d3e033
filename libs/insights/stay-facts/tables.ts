/**
 * What the figures of stays, delays and cases are counted from. `stay_facts`, `delay_spans` and `case_facts` are bitemporal: a row is what was known from
 * `known_from` until `known_until` (null = still), so that "as known at" is the same query with another instant. `stays` and `cases` are
 * what the fold works on; `event_times` says when each event of a stay or case was recorded, to count those behind a figure; `events` of a stay's
 * fact counts its own and those of all its cases while it is what is known, and is null of one that is not any more.
 */
export const stayFactTables = (version: StayFactsVersion): readonly string[] =>
  ['stays', 'cases', 'stay_facts', 'delay_spans', 'case_facts', 'event_times'].map(
    (name) => `insights.${name}_v${String(version)}`,
  );

/** Version 5 is the one before, kept for one release: a discharged stay was settled when it was told, though its ready date and discharge lay ahead. */
export type StayFactsVersion = 5 | 6;

/** What a fact of a case holds, column by column: name, type, and where it comes from. */
export const caseFactColumns = [
  ['case_id', 'text', 'caseId'],
  ['stay_id', 'text', 'stayId'],
  ['person_id', 'text', 'personId'],
  ['hospital', 'text', 'hospital'],
  ['ward', 'text', 'ward'],
  ['home_authority', 'text', 'homeAuthority'],
  ['stay_authority', 'text', 'stayAuthority'],
  ['sex', 'text', 'sex'],
  ['age_years', 'integer', 'ageYears'],
  ['age_on', 'date', 'ageOn'],
  ['pathway', 'integer', 'pathway'],
  ['left_at', 'timestamptz', 'leftAt'],
  ['left_by_stay', 'boolean', 'leftByStay'],
] as const;

const caseFactDdl = (version: StayFactsVersion): string => `
CREATE TABLE IF NOT EXISTS insights.case_facts_v${String(version)} (
  ${caseFactColumns.map(([name, type]) => `${name} ${type}${['case_id', 'left_by_stay'].includes(name) ? ' NOT NULL' : ''}`).join(',\n  ')},
  version integer NOT NULL,
  known_from timestamptz NOT NULL,
  known_until timestamptz,
  PRIMARY KEY (case_id, version)
);
CREATE INDEX IF NOT EXISTS case_facts_v${String(version)}_stay ON insights.case_facts_v${String(version)} (stay_id) WHERE stay_id IS NOT NULL;
CREATE TABLE IF NOT EXISTS insights.event_times_v${String(version)} (
  stream text PRIMARY KEY,
  recorded timestamptz[] NOT NULL
) WITH (fillfactor = 75);
`;

/** What only the fold reads, and always whole, is kept as `json`, as it is written. */
export const stayFactDdl = (version: StayFactsVersion): string => `
CREATE SCHEMA IF NOT EXISTS insights;
CREATE TABLE IF NOT EXISTS insights.stays_v${String(version)} (
  stay_id text PRIMARY KEY,
  revision integer NOT NULL,
  parts json NOT NULL,
  events json NOT NULL,
  version integer NOT NULL,
  fact_hash text
) WITH (fillfactor = 75);
CREATE TABLE IF NOT EXISTS insights.cases_v${String(version)} (
  case_id text PRIMARY KEY,
  stay_id text,
  entries json NOT NULL,
  spans json NOT NULL,
  fact json NOT NULL
) WITH (fillfactor = 75);
CREATE INDEX IF NOT EXISTS cases_v${String(version)}_stay ON insights.cases_v${String(version)} (stay_id) WHERE stay_id IS NOT NULL;
CREATE TABLE IF NOT EXISTS insights.stay_facts_v${String(version)} (
  stay_id text NOT NULL,
  version integer NOT NULL,
  known_from timestamptz NOT NULL,
  known_until timestamptz,
  position bigint NOT NULL,
  events integer,
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
CREATE INDEX IF NOT EXISTS stay_facts_v${String(version)}_now_open ON insights.stay_facts_v${String(version)} (admitted_on) WHERE known_until IS NULL AND discharged_on IS NULL;
CREATE INDEX IF NOT EXISTS stay_facts_v${String(version)}_person ON insights.stay_facts_v${String(version)} (person_id);
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
  unsettled jsonb,
  PRIMARY KEY (case_id, delay_id, version)
);
CREATE INDEX IF NOT EXISTS delay_spans_v${String(version)}_unsettled ON insights.delay_spans_v${String(version)} (case_id) WHERE unsettled IS NOT NULL;
CREATE INDEX IF NOT EXISTS delay_spans_v${String(version)}_starts ON insights.delay_spans_v${String(version)} (starts_on);
${caseFactDdl(version)}`;

/** What a fact of care holds, column by column: name, type, and where it comes from. */
export const careFactColumns = [
  ['kind', 'text', 'kind'],
  ['id', 'text', 'id'],
  ['n', 'integer', 'n'],
  ['case_id', 'text', 'caseId'],
  ['person_id', 'text', 'personId'],
  ['on_day', 'date', 'on'],
  ['at', 'timestamptz', 'at'],
  ['provider', 'text', 'provider'],
  ['service_type', 'text', 'serviceType'],
  ['funding', 'text', 'funding'],
  ['hours', 'float8', 'hours'],
  ['stands', 'boolean', 'stands'],
  ['reason', 'text', 'reason'],
  ['assessor_type', 'text', 'assessorType'],
  ['in_long_term_support', 'boolean', 'inLongTermSupport'],
  ['ended_on', 'date', 'endedOn'],
  ['outcome', 'text', 'outcome'],
  ['stay_id', 'text', 'stayId'],
  ['cancelled', 'boolean', 'cancelled'],
  ['status', 'text', 'status'],
] as const;

export type HistoriesVersion = 1 | 2;

/** `histories` is what the fold works on. */
const histories = (version: HistoriesVersion): string => `
CREATE SCHEMA IF NOT EXISTS insights;
CREATE TABLE IF NOT EXISTS insights.histories_v${String(version)} (
  stream text PRIMARY KEY,
  kind text NOT NULL,
  id text NOT NULL,
  case_id text,
  first_on date NOT NULL,
  last_on date NOT NULL,
  entries jsonb NOT NULL${version === 1 ? '' : ',\n  facts jsonb NOT NULL'}
);
CREATE INDEX IF NOT EXISTS histories_v${String(version)}_days ON insights.histories_v${String(version)} (kind, last_on, first_on);
CREATE INDEX IF NOT EXISTS histories_v${String(version)}_case ON insights.histories_v${String(version)} (case_id) WHERE case_id IS NOT NULL;
`;

/**
 * `care_facts` is bitemporal, as `stay_facts` is: a row is what was known from `known_from` until `known_until` (null = still). `care_event_times` says when
 * each event of a stream was recorded: how many stand behind a figure is counted there, and not in what they said.
 */
const facts = `
CREATE TABLE IF NOT EXISTS insights.care_facts_v2 (
  ${careFactColumns.map(([name, type]) => `${name} ${type}${['kind', 'id', 'n', 'on_day'].includes(name) ? ' NOT NULL' : ''}`).join(',\n  ')},
  version integer NOT NULL,
  known_from timestamptz NOT NULL,
  known_until timestamptz,
  PRIMARY KEY (id, kind, n, version)
);
CREATE INDEX IF NOT EXISTS care_facts_v2_days ON insights.care_facts_v2 (kind, on_day);
CREATE INDEX IF NOT EXISTS care_facts_v2_case ON insights.care_facts_v2 (case_id, kind) WHERE case_id IS NOT NULL;
CREATE TABLE IF NOT EXISTS insights.care_event_times_v2 (
  stream text PRIMARY KEY,
  recorded timestamptz[] NOT NULL
) WITH (fillfactor = 75);
`;

export const historiesDdl = (version: HistoriesVersion): string =>
  version === 1 ? histories(1) : histories(2) + facts;

export const historiesTables = (version: HistoriesVersion): readonly string[] =>
  version === 1
    ? ['insights.histories_v1']
    : ['insights.histories_v2', 'insights.care_facts_v2', 'insights.care_event_times_v2'];

/** What readers see of the new tables while they are built: the histories, and no facts (figures/care-rows.ts works them out of the histories then). */
export const historiesStandIns = {
  'insights.histories_v2': `SELECT *, '{}'::jsonb AS facts FROM insights.histories_v1`,
  'insights.care_facts_v2': `SELECT ${careFactColumns.map(([name, type]) => `NULL::${type} AS ${name}`).join(', ')},
    NULL::integer AS version, NULL::timestamptz AS known_from, NULL::timestamptz AS known_until WHERE false`,
  'insights.care_event_times_v2': `SELECT stream, ARRAY(SELECT (e->>'recordedAt')::timestamptz
    FROM jsonb_array_elements(entries) WITH ORDINALITY AS x(e, o) ORDER BY o) AS recorded FROM insights.histories_v1`,
} as const;

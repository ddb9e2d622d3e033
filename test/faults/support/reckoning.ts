import pg from 'pg';
import type { ApiClient } from '../../support/api-client.js';
import { runToEnd, until } from './service-process.js';
import { dueOn, expectedStay, serviceOf, type Course, type Json } from './ward-load.js';

/** Every item of a list, page by page. */
export const allOf = async (client: ApiClient, path: string): Promise<readonly Json[]> => {
  const items: Json[] = [];
  for (let cursor = ''; ;) {
    const answer = await client.get(`${path}${path.includes('?') ? '&' : '?'}limit=40${cursor}`);
    if (answer.status !== 200) throw new Error(`${path} answered ${String(answer.status)}`);
    items.push(...(answer.json['items'] as readonly Json[]));
    const { nextCursor } = answer.json as { nextCursor?: string | null };
    if (nextCursor === undefined || nextCursor === null) return items;
    cursor = `&cursor=${encodeURIComponent(nextCursor)}`;
  }
};

/** One statement on a connection of its own. */
export const queryOf = async <R extends pg.QueryResultRow>(
  url: string,
  sql: string,
  values: unknown[] = [],
): Promise<R[]> => {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<R>(sql, values)).rows;
  } finally {
    await client.end();
  }
};

const sorted = (items: readonly Json[], field: string): readonly Json[] =>
  [...items].sort((a, b) => String(a[field]).localeCompare(String(b[field])));

/** How often each of these happened to a person, when each was sent once. */
const once = (course: Course): Readonly<Record<string, number>> => ({
  PatientAdmitted: 1,
  PatientMoved: 2,
  CaseReferred: 1,
  PathwayAssigned: 1,
  DelayStarted: 1,
  PlacementRequested: 1,
  ...(course.dischargedAt === null
    ? {}
    : { PatientDischarged: 1, CaseDischarged: 1, ReablementStarted: 1, Day91CheckScheduled: 1 }),
});

/**
 * Holds what the service shows and what its log holds against what senders and users know to have been acknowledged:
 * nothing missing, nothing twice, nothing beside it.
 */
export const reckon = async (courses: readonly Course[], idt: ApiClient, databaseUrl: string): Promise<void> => {
  const [head] = await queryOf<{ head: string }>(databaseUrl, 'SELECT max(position)::text AS head FROM log.events');
  await until(
    async () => (await idt.get(`/day-91-checks?waitFor=${head?.head ?? '1'}`)).status === 200,
    60_000,
    () => 'The feed does not catch up.',
  );

  const stays = await allOf(idt, '/stays');
  const shown = stays.map((stay) =>
    Object.fromEntries(Object.keys(expectedStay(courses[0] ?? fail())).map((field) => [field, stay[field]])),
  );
  expect(sorted(shown, 'stayId')).toEqual(sorted(courses.map(expectedStay), 'stayId'));

  const requests = await allOf(idt, '/placement-requests');
  expect(
    sorted(
      requests.map(({ caseId, serviceType }) => ({ caseId, serviceType })),
      'caseId',
    ),
  ).toEqual(
    sorted(
      courses.map(({ caseId, pathway }) => ({ caseId, serviceType: serviceOf(pathway) })),
      'caseId',
    ),
  );

  const checks = await allOf(idt, '/day-91-checks');
  expect(
    sorted(
      checks.map((check) => ({ caseId: check['caseId'], dueOn: check['dueOn'] })),
      'caseId',
    ),
  ).toEqual(
    sorted(
      courses
        .filter(({ dischargedAt }) => dischargedAt !== null)
        .map((one) => ({ caseId: one.caseId, dueOn: dueOn(one) })),
      'caseId',
    ),
  );

  const board = (await idt.get('/board')).json['rows'] as readonly Json[];
  expect(board.map((row) => String(row['caseId'])).sort()).toEqual(
    courses
      .filter(({ dischargedAt }) => dischargedAt === null)
      .map(({ caseId }) => caseId)
      .sort(),
  );
  await reckonLog(courses, databaseUrl);
};

/** The log itself, below everything that could hide a repeat. */
const reckonLog = async (courses: readonly Course[], databaseUrl: string): Promise<void> => {
  const rows = await queryOf<{ type: string; n: number }>(
    databaseUrl,
    'SELECT type, count(*)::int AS n FROM log.events GROUP BY type',
  );
  const found = new Map(rows.map(({ type, n }) => [type, n]));
  const expected = new Map<string, number>();
  for (const course of courses)
    for (const [type, n] of Object.entries(once(course))) expected.set(type, (expected.get(type) ?? 0) + n);
  expect(Object.fromEntries([...expected.keys()].map((type) => [type, found.get(type)]))).toEqual(
    Object.fromEntries(expected),
  );
  expect(await queryOf(databaseUrl, 'SELECT consumer, type, reason FROM feed.parked')).toEqual([]);
};

/** `homeward verify`, beside the running service. */
export const verified = async (dataDir: string, env: Readonly<Record<string, string>> = {}): Promise<void> => {
  const { code, output } = await runToEnd('cli', ['verify'], { dataDir, env: { LOG_LEVEL: 'warn', ...env } });
  expect([code, output.match(/^DIFFERENT.*/gm)]).toEqual([0, null]);
  expect(output).toMatch(/tables compared, 0 different/);
};

const fail = (): never => {
  throw new Error('Nothing was sent.');
};

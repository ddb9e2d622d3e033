import { staysProjection } from '#libs/discharge/stays/stays.projection.js';
import { standInsOf } from '#libs/event-feed/stand-ins.js';
import { OpenVault, projections } from '#libs/insights/testing/world.js';
import { stays } from '#libs/intake/stays/stays.projection.js';
import { subjects } from '#libs/reablement/subjects/subjects.projection.js';
import { startTestDatabase, type TestDatabase } from './support/database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());

const replacing = [stays, staysProjection, subjects, ...projections(new OpenVault())].filter(
  ({ replaces }) => replaces !== undefined,
);

it.each(replacing.map((projection) => [projection.name, projection] as const))(
  '%s: the version before is shown in the shape of the new one',
  async (_, projection) => {
    const { pool } = database;
    await pool.query(projection.replaces?.projection.ddl ?? '');
    await pool.query(projection.ddl);
    const columnsOf = async (relation: string): Promise<unknown[]> =>
      (
        await pool.query<{ attname: string; type: string }>(
          `SELECT attname, format_type(atttypid, atttypmod) AS type FROM pg_attribute
           WHERE attrelid = $1::regclass AND attnum > 0 ORDER BY attname`,
          [relation],
        )
      ).rows;
    const standIns = standInsOf(projection);
    expect(standIns.map(({ table }) => table)).toEqual(projection.tables);
    for (const [index, { table, select }] of standIns.entries()) {
      const view = `stand_in_${String(index)}`;
      await pool.query(`CREATE VIEW ${view} AS ${select}`);
      expect([table, await columnsOf(view)]).toEqual([table, await columnsOf(table)]);
      await pool.query(`DROP VIEW ${view}`);
    }
  },
);

import type { Projection } from '../port.js';

/** A read model of two tables that must agree with each other: who came, and how many to each ward; each row says which version made it. */
export const arrivals = (version: number, previous?: Projection): Projection => {
  const came = `trial.came_v${String(version)}`;
  const totals = `trial.totals_v${String(version)}`;
  return {
    name: 'trial.arrivals',
    version,
    wants: { types: ['Came'] },
    tables: [came, totals],
    ...(previous && { replaces: { projection: previous } }),
    ddl: `
CREATE TABLE IF NOT EXISTS ${came} (event_id text PRIMARY KEY, ward text NOT NULL, made_by int NOT NULL);
CREATE INDEX IF NOT EXISTS came_ward ON ${came} (ward);
CREATE TABLE IF NOT EXISTS ${totals} (ward text PRIMARY KEY, people int NOT NULL, made_by int NOT NULL);`,
    fold: async (events, tx) => {
      const wards = events.map(({ data }) => data['ward']);
      await tx.query(`INSERT INTO ${came} SELECT id, ward, $3 FROM unnest($1::text[], $2::text[]) e(id, ward)`, [
        events.map(({ eventId }) => eventId),
        wards,
        version,
      ]);
      await tx.query(
        `INSERT INTO ${totals} SELECT ward, count(*), $2 FROM unnest($1::text[]) e(ward) GROUP BY ward
         ON CONFLICT (ward) DO UPDATE SET people = ${totals}.people + excluded.people`,
        [wards, version],
      );
    },
  };
};

import { settingContracts } from '#libs/contracts/insights/setting-events.js';
import type { Projection } from '#libs/event-feed/port.js';
import { isOf } from '#libs/event-store/contracted.js';

const isSetting = isOf(settingContracts);

/** Populations 65+ by year and authority, every one that was ever set, with the time in which it was what we knew. */
export const populationProjection: Projection = {
  name: 'insights.population',
  version: 1,
  wants: { types: ['Population65Set'], streamPrefixes: ['setting-'] },
  tables: ['insights.population65_v1'],
  ddl: `
CREATE SCHEMA IF NOT EXISTS insights;
CREATE TABLE IF NOT EXISTS insights.population65_v1 (
  position bigint PRIMARY KEY,
  year integer NOT NULL,
  authority text NOT NULL,
  people integer NOT NULL,
  known_from timestamptz NOT NULL,
  known_until timestamptz
);
`,
  async fold(events, tx) {
    for (const event of events) {
      if (!isSetting(event)) continue;
      const { year, authority, people } = event.data;
      await tx.query(
        `UPDATE insights.population65_v1 SET known_until = $3 WHERE year = $1 AND authority = $2 AND known_until IS NULL AND position < $4`,
        [year, authority, event.recordedAt, event.position],
      );
      await tx.query(`INSERT INTO insights.population65_v1 VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`, [
        event.position,
        year,
        authority,
        people,
        event.recordedAt,
      ]);
    }
  },
};

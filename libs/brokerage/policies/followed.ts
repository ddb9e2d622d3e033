import { Injectable } from '@nestjs/common';
import type { Position } from '#libs/event-store/port.js';
import { Database } from '#libs/platform/database.js';

export const followedTables = ['brokerage.followed_case_v1', 'brokerage.followed_request_v1'] as const;

export const followedDdl = `
CREATE SCHEMA IF NOT EXISTS brokerage;
CREATE TABLE IF NOT EXISTS brokerage.followed_case_v1 (
  case_id text PRIMARY KEY,
  person_id text,
  -- How far the requests of the case have been brought in line with it.
  done_to bigint NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS followed_case_v1_person ON brokerage.followed_case_v1 (person_id);
CREATE TABLE IF NOT EXISTS brokerage.followed_request_v1 (
  request_id text PRIMARY KEY,
  case_id text NOT NULL
);
CREATE INDEX IF NOT EXISTS followed_request_v1_case ON brokerage.followed_request_v1 (case_id);
`;

/** What the policy that follows cases remembers: which requests a case has, and how far it has come with it. */
@Injectable()
export class Followed {
  constructor(private readonly database: Database) {}

  async rememberCase(caseId: string, personId: string | null): Promise<void> {
    await this.database.query(
      `INSERT INTO brokerage.followed_case_v1 (case_id, person_id) VALUES ($1, $2)
       ON CONFLICT (case_id) DO UPDATE SET person_id = excluded.person_id`,
      [caseId, personId],
    );
  }

  async rememberRequest(requestId: string, caseId: string): Promise<void> {
    await this.database.query(
      'INSERT INTO brokerage.followed_request_v1 (request_id, case_id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [requestId, caseId],
    );
  }

  async requestsOf(caseId: string): Promise<readonly string[]> {
    const { rows } = await this.database.query<{ request_id: string }>(
      'SELECT request_id FROM brokerage.followed_request_v1 WHERE case_id = $1 ORDER BY request_id',
      [caseId],
    );
    return rows.map((row) => row.request_id);
  }

  async casesOf(personIds: readonly string[]): Promise<readonly string[]> {
    const { rows } = await this.database.query<{ case_id: string }>(
      'SELECT case_id FROM brokerage.followed_case_v1 WHERE person_id = ANY ($1) ORDER BY case_id',
      [personIds],
    );
    return rows.map((row) => row.case_id);
  }

  async doneTo(caseId: string): Promise<Position> {
    const { rows } = await this.database.query<{ done_to: string }>(
      'SELECT done_to::text FROM brokerage.followed_case_v1 WHERE case_id = $1',
      [caseId],
    );
    return rows[0]?.done_to ?? '0';
  }

  async markDone(caseId: string, position: Position): Promise<void> {
    await this.database.query(
      `INSERT INTO brokerage.followed_case_v1 (case_id, done_to) VALUES ($1, $2)
       ON CONFLICT (case_id) DO UPDATE SET done_to = greatest(followed_case_v1.done_to, excluded.done_to)`,
      [caseId, position],
    );
  }
}

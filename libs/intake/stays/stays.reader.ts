import { Injectable } from '@nestjs/common';
import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import { PeopleDirectory } from '#libs/people/port.js';
import { Clock } from '#libs/platform/clock.js';
import { Database } from '#libs/platform/database.js';
import { pageOf, type List } from '#libs/platform/list.js';
import { shownStay, type ShownStay } from './shown-stay.js';
import { linkedCases, stays, type LinkedCase } from './stays.projection.js';

export interface StaysWanted {
  readonly open?: boolean | undefined;
  readonly ward?: string | undefined;
  readonly hospital?: string | undefined;
  readonly personId?: string | undefined;
  /** Only those of this hospital, whatever else is asked. */
  readonly scope?: string | undefined;
  readonly limit: number;
  readonly after?: readonly [admittedAt: string, stayId: string] | undefined;
}

const latest = `coalesce(t.admitted_at, 'infinity')`;
/** How PostgreSQL writes an infinite time back is no instant; the cursor keeps its name. */
const noAdmission = 'infinity';

/** Stays as the API and pages show them, newest admission first. */
@Injectable()
export class StaysReader {
  constructor(
    private readonly database: Database,
    private readonly people: PeopleDirectory,
    private readonly clock: Clock,
  ) {}

  async list(wanted: StaysWanted): Promise<List<ShownStay>> {
    const people = wanted.personId === undefined ? null : await this.people.family(wanted.personId);
    const rows = await stays.select(
      this.database.pool,
      `WHERE t.status <> 'merged' AND ($1::boolean IS NULL OR (t.status = 'open') = $1)
         AND ($2::text IS NULL OR t.ward = $2) AND ($3::text IS NULL OR t.hospital = $3) AND ($4::text IS NULL OR t.hospital = $4)
         AND ($5::text[] IS NULL OR t.person_id = ANY ($5))
         AND ($6::timestamptz IS NULL OR (${latest}, t.key) < ($6, $7))
       ORDER BY ${latest} DESC, t.key DESC LIMIT $8`,
      [
        wanted.open ?? null,
        wanted.ward ?? null,
        wanted.hospital ?? null,
        wanted.scope ?? null,
        people && [...new Set([wanted.personId, ...people])],
        wanted.after?.[0] ?? null,
        wanted.after?.[1] ?? null,
        wanted.limit + 1,
      ],
    );
    const page = pageOf(rows, wanted.limit, ({ admittedAt, stayId }) => [admittedAt ?? noAdmission, stayId]);
    return { ...page, items: await this.show(page.items) };
  }

  async find(stayId: string, scope?: string): Promise<ShownStay | undefined> {
    const stay = await stays.find(this.database.pool, stayId);
    if (!stay || (scope !== undefined && stay.hospital !== scope)) return undefined;
    return (await this.show([stay]))[0];
  }

  private async show(blocks: readonly StayBlock[]): Promise<ShownStay[]> {
    const ids = [...new Set(blocks.map(({ personId }) => personId))];
    const [cases, canonical] = await Promise.all([
      this.casesOf(blocks.map(({ stayId }) => stayId)),
      Promise.all(ids.map(async (id) => [id, await this.people.canonical(id)] as const)),
    ]);
    const personIds = new Map(canonical);
    const now = this.clock.now();
    return blocks.map((stay) =>
      shownStay(stay, {
        personId: personIds.get(stay.personId) ?? stay.personId,
        cases: cases.get(stay.stayId) ?? [],
        now,
      }),
    );
  }

  private async casesOf(stayIds: readonly string[]): Promise<ReadonlyMap<string, readonly LinkedCase[]>> {
    if (stayIds.length === 0) return new Map();
    const rows = await linkedCases.select(this.database.pool, 'WHERE t.stay_id = ANY ($1)', [stayIds]);
    return Map.groupBy(rows, ({ stayId }) => stayId ?? '');
  }
}

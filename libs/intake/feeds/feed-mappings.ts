import { Injectable } from '@nestjs/common';
import { Ajv } from 'ajv';
import { Clock } from '#libs/platform/clock.js';
import { Database } from '#libs/platform/database.js';
import type { FieldError } from '#libs/platform/problem.js';
import { PartialFeedMapping } from '../domain/feed-mapping.js';

const valid = new Ajv({ allErrors: true }).compile<PartialFeedMapping>(PartialFeedMapping);

/** What is wrong with a mapping, by field; nothing when it can be used. */
export const mappingFaults = (mapping: unknown): readonly FieldError[] =>
  valid(mapping)
    ? []
    : (valid.errors ?? []).map(({ instancePath, message }) => ({
        field: `mapping${instancePath.replaceAll('/', '.')}`,
        message: message ?? 'is not what a mapping may hold',
      }));

const isMapping = (mapping: unknown): mapping is PartialFeedMapping => valid(mapping);

/** The mappings set for feeds. Read without waiting, so that messages keep their order; refreshed in the background, for other processes change them too. */
@Injectable()
export class FeedMappings {
  private mappings: ReadonlyMap<string, PartialFeedMapping> = new Map();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  get current(): ReadonlyMap<string, PartialFeedMapping> {
    return this.mappings;
  }

  async refresh(): Promise<void> {
    const { rows } = await this.database.query<{ feed: string; mapping: unknown }>(
      'SELECT feed, mapping FROM intake.feed_mapping',
    );
    this.mappings = new Map(
      rows.flatMap(({ feed, mapping }) => (isMapping(mapping) ? [[feed, mapping] as const] : [])),
    );
  }

  async set(feed: string, mapping: PartialFeedMapping, by: string): Promise<void> {
    await this.database.query(
      `INSERT INTO intake.feed_mapping (feed, mapping, set_by, set_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (feed) DO UPDATE SET mapping = excluded.mapping, set_by = excluded.set_by, set_at = excluded.set_at`,
      [feed, JSON.stringify(mapping), by, this.clock.now()],
    );
    await this.refresh();
  }
}

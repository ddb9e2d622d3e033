import { Body, Controller, Get, Param, Put, Query } from '@nestjs/common';
import { IsObject } from 'class-validator';
import { May } from '#libs/access/may.js';
import { scopeOf } from '#libs/access/scope.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { Signed } from '#libs/access/signed.js';
import { EventStore } from '#libs/event-store/port.js';
import { Answers, AnswersList, type Shape } from '#libs/platform/answers.js';
import { ListQuery, listOf, type List } from '#libs/platform/list.js';
import { Problem } from '#libs/platform/problem.js';
import { mappingOf, type FeedMapping, type PartialFeedMapping } from '../domain/feed-mapping.js';
import { FeedMappings, mappingFaults } from './feed-mappings.js';
import { FeedsReader, type ShownFeed } from './feeds.reader.js';

export class MappingBody {
  @IsObject({ message: 'must be an object' })
  mapping!: PartialFeedMapping;
}

const mapping: Shape = {
  nhsNumber: [{ type: 'string', authority: 'string' }],
  dischargeCodes: 'string',
  verifiedStatuses: ['string'],
  withoutStatusIsVerified: 'boolean',
  fhir: {
    systems: [{ system: 'string', authority: 'string', type: 'string' }],
    sites: [{ site: 'string', hospital: 'string' }],
  },
  processingIds: { $schema: { type: ['array', 'null'], items: { type: 'string' } } },
};

/** The senders of ward events, how they do, and where each of them puts what the standard leaves open. */
@Controller('api/v1/feeds')
export class FeedsController {
  constructor(
    private readonly feeds: FeedsReader,
    private readonly mappings: FeedMappings,
    private readonly store: EventStore,
  ) {}

  @Get()
  @May('feed.operate')
  @AnswersList({
    feedId: 'string',
    feed: 'string',
    hospitals: ['string'],
    lastMessageAt: 'date-time',
    rate: 'integer',
    lag: 'integer?',
    accepted: 'integer',
    duplicates: 'integer',
    ignored: 'integer',
    quarantined: 'integer',
    inQuarantine: 'integer',
    flagged: 'integer',
    mapping,
  })
  async list(@Query() { limit, cursor }: ListQuery, @Signed() user: SignedIn): Promise<List<ShownFeed>> {
    return listOf(await this.feeds.all(scopeOf(user)), limit, cursor, ({ feedId }) => feedId);
  }

  /** Fields left out fall back to what is shipped. Counts for messages from now on, and for quarantined ones that are tried again. */
  @Put(':feedId/mapping')
  @May('settings.change')
  @Answers({ id: 'string', feedId: 'string', mapping, position: 'string' })
  async setMapping(
    @Param('feedId') feedId: string,
    @Body() { mapping }: MappingBody,
    @Signed() user: SignedIn,
  ): Promise<{ id: string; feedId: string; mapping: FeedMapping; position: string }> {
    const found = (await this.feeds.all()).find((one) => one.feedId === feedId);
    if (!found) throw new Problem(404, 'feed.not-found', 'No message of this feed has come yet.');
    const faults = mappingFaults(mapping);
    if (faults.length > 0) throw Problem.invalid(faults);
    await this.mappings.set(found.feed, mapping, user.userId);
    return {
      id: feedId,
      feedId,
      mapping: mappingOf(found.feed, this.mappings.current),
      position: await this.store.head(),
    };
  }
}

import { Body, Controller, Get, Param, Post, Put, Query } from '@nestjs/common';
import { IsObject } from 'class-validator';
import { May } from '#libs/access/may.js';
import { scopeOf } from '#libs/access/scope.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { Signed } from '#libs/access/signed.js';
import { EventStore } from '#libs/event-store/port.js';
import { Answers, AnswersList, type Shape } from '#libs/platform/answers.js';
import { ListQuery, listOf, type List } from '#libs/platform/list.js';
import { Problem } from '#libs/platform/problem.js';
import { IsText, MayBeLeftOut } from '#libs/platform/validation.js';
import { FeedMapping, mappingOf, PartialFeedMapping } from '../domain/feed-mapping.js';
import { readMapping } from '../domain/mapping-faults.js';
import { FeedMappings } from './feed-mappings.js';
import { feedIdOf, FeedsReader, type ShownFeed } from './feeds.reader.js';
import { KnownFeeds } from './known-feeds.js';

export class MappingBody {
  @IsObject({ message: 'must be an object' })
  mapping!: PartialFeedMapping;
}

export class AnnounceBody {
  @IsText(200)
  feed!: string;
  @MayBeLeftOut()
  @IsObject({ message: 'must be an object' })
  mapping?: PartialFeedMapping;
}

/** A feed's mapping as it counts, with the standard where nothing was set. */
interface SetMapping {
  readonly id: string;
  readonly feedId: string;
  readonly feed: string;
  readonly mapping: FeedMapping;
}

const mapping: Shape[string] = { $schema: { ...FeedMapping } };
const setMapping: Shape = { id: 'string', feedId: 'string', feed: 'string', mapping };

export const usable = (value: unknown): PartialFeedMapping => {
  const read = readMapping(value);
  if (!read.ok) throw Problem.invalid(read.faults);
  return read.mapping;
};

export const feedNotFound = (): Problem =>
  new Problem(404, 'feed.not-found', 'No message of this feed has come yet, and it was not announced.');

/** The senders of ward events, how they do, and where each of them puts what the standard leaves open. */
@Controller('api/v1/feeds')
export class FeedsController {
  constructor(
    private readonly feeds: FeedsReader,
    private readonly mappings: FeedMappings,
    private readonly known: KnownFeeds,
    private readonly store: EventStore,
  ) {}

  @Get()
  @May('feed.operate')
  @AnswersList({
    feedId: 'string',
    feed: 'string',
    hospitals: ['string'],
    lastMessageAt: 'date-time',
    state: 'string',
    since: 'date-time?',
    rate: 'integer',
    usualRate: 'integer?',
    lag: 'integer?',
    gaps: {
      $schema: {
        type: ['object', 'null'],
        properties: {
          of: { type: 'string', enum: ['sequence', 'control-id'] },
          missing: { type: 'integer' },
          ranges: {
            type: 'array',
            items: { type: 'object', properties: { from: { type: 'integer' }, to: { type: 'integer' } } },
          },
        },
      },
    },
    accepted: 'integer',
    duplicates: 'integer',
    ignored: 'integer',
    quarantined: 'integer',
    expired: 'integer',
    inQuarantine: 'integer',
    flagged: 'integer',
    mapping,
  })
  async list(@Query() { limit, cursor }: ListQuery, @Signed() user: SignedIn): Promise<List<ShownFeed>> {
    return listOf(await this.feeds.all(scopeOf(user)), limit, cursor, ({ feedId }) => feedId);
  }

  /** Announces a feed before its first message, so that its mapping counts from the first on. */
  @Post()
  @May('settings.change')
  @Answers({ ...setMapping, position: 'string' })
  async announce(
    @Body() { feed, mapping = {} }: AnnounceBody,
    @Signed() user: SignedIn,
  ): Promise<SetMapping & { position: string }> {
    const known = await this.known.find(feedIdOf(feed));
    if (known)
      throw new Problem(409, 'feed.already-known', 'This feed is known already. Its mapping is set by its id.', {
        details: { feedId: known.feedId },
      });
    await this.mappings.set(feed, usable(mapping), user.userId);
    return { ...this.shown(feed), position: await this.store.head() };
  }

  @Get(':feedId/mapping')
  @May('settings.change')
  @Answers({ ...setMapping, set: { $schema: { ...PartialFeedMapping } }, heard: 'boolean' })
  async showMapping(
    @Param('feedId') feedId: string,
  ): Promise<SetMapping & { set: PartialFeedMapping; heard: boolean }> {
    const found = await this.known.find(feedId);
    if (!found) throw feedNotFound();
    return { ...this.shown(found.feed), set: this.mappings.current.get(found.feed) ?? {}, heard: found.heard };
  }

  /** Fields left out fall back to what is shipped. Counts for messages from now on, and for quarantined ones that are tried again. */
  @Put(':feedId/mapping')
  @May('settings.change')
  @Answers({ ...setMapping, position: 'string' })
  async setMapping(
    @Param('feedId') feedId: string,
    @Body() { mapping }: MappingBody,
    @Signed() user: SignedIn,
  ): Promise<SetMapping & { position: string }> {
    const found = await this.known.find(feedId);
    if (!found) throw feedNotFound();
    await this.mappings.set(found.feed, usable(mapping), user.userId);
    return { ...this.shown(found.feed), position: await this.store.head() };
  }

  private shown(feed: string): SetMapping {
    const feedId = feedIdOf(feed);
    return { id: feedId, feedId, feed, mapping: mappingOf(feed, this.mappings.current) };
  }
}

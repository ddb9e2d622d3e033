import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { May } from '#libs/access/may.js';
import { scopeOf } from '#libs/access/scope.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { Signed } from '#libs/access/signed.js';
import { Pages } from '#libs/platform/pages.js';
import { FeedsReader, type ShownFeed } from '../feeds/feeds.reader.js';
import { KnownFeeds } from '../feeds/known-feeds.js';

const lagWords = (seconds: number): string => {
  if (seconds < 60) return `${String(seconds)} s after it was recorded`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120
    ? `${String(minutes)} min after it was recorded`
    : `${String(Math.round(minutes / 60))} hours after it was recorded`;
};

/** A feed in words, for the template. */
const inWords = (feed: ShownFeed) => ({
  ...feed,
  lagWords: feed.lag === null ? '' : lagWords(feed.lag),
  gapWords: (feed.gaps?.ranges ?? [])
    .slice(0, 5)
    .map(({ from, to }) => (from === to ? String(from) : `${String(from)} to ${String(to)}`))
    .join(', '),
  quarantineHref: `/operations/quarantine?${new URLSearchParams({ feed: feed.feed }).toString()}`,
});

/** How the senders of ward events do. */
@Controller('operations')
export class FeedsPage {
  constructor(
    private readonly pages: Pages,
    private readonly feeds: FeedsReader,
    private readonly known: KnownFeeds,
  ) {}

  @Get('feeds')
  @May('feed.operate')
  async showFeeds(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Signed() user: SignedIn): Promise<void> {
    const scope = scopeOf(user);
    const feeds = (await this.feeds.all(scope)).map(inWords);
    // Whose hospital an announced feed will speak of nobody knows yet.
    const awaited = scope === undefined ? await this.known.awaited() : [];
    await this.pages.render(reply, request, 'intake/pages/feeds.njk', { title: 'Feeds', feeds, awaited });
  }
}

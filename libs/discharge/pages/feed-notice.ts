import { Injectable, type OnModuleInit } from '@nestjs/common';
import { grantOf } from '#libs/access/capabilities.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { formatDateTime } from '#libs/nhs/index.js';
import { Pages } from '#libs/platform/pages.js';
import { Settings } from '#libs/platform/settings.js';
import { BoardReader } from '../board/board-reader.js';
import type { TroubledFeed } from '../feeds/feed-states.js';

/** Every page asks: what was found is good for so long. */
const keptMs = 10_000;

export const troubleWords = ({ hospital, state, since }: TroubledFeed): string =>
  state === 'silent'
    ? `The ward feed of ${hospital} is late: nothing has come since ${formatDateTime(since)}.`
    : `The ward feed of ${hospital} is late: its news goes up to ${formatDateTime(since)} only.`;

/** Says on every page which ward feed is late and since when (screens.md), to those who see people of that hospital. */
@Injectable()
export class FeedNotice implements OnModuleInit {
  private readonly found = new Map<string, { readonly at: number; readonly feeds: Promise<readonly TroubledFeed[]> }>();

  constructor(
    private readonly pages: Pages,
    private readonly reader: BoardReader,
    private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    this.pages.addNotice(async ({ signedIn, url }) => {
      // The board says so itself, of the time it shows.
      if (!signedIn || /^\/huddle(?:[/?]|$)/.test(url)) return undefined;
      const feeds = await this.of(signedIn);
      return feeds.length === 0 ? undefined : feeds.map(troubleWords).join(' ');
    });
  }

  private of({ role, organisation }: SignedIn): Promise<readonly TroubledFeed[]> {
    const grant = grantOf(role, 'case.read', this.settings.demo !== 'off');
    if (grant === undefined) return Promise.resolve([]);
    const hospital = grant === 'own' ? organisation : undefined;
    const known = this.found.get(hospital ?? '');
    if (known && performance.now() - known.at < keptMs) return known.feeds;
    const feeds = this.reader.silentNow(hospital);
    this.found.set(hospital ?? '', { at: performance.now(), feeds });
    return feeds;
  }
}

import { Controller, Get, Param, Query } from '@nestjs/common';
import { Audit } from '#libs/access/audit.js';
import { May } from '#libs/access/may.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { Signed } from '#libs/access/signed.js';
import { ListQuery, listOf, type List } from '#libs/platform/list.js';
import { IsId, MayBeLeftOut } from '#libs/platform/validation.js';
import type { ExpectedStart } from './expected-start.js';
import { EpisodesReader, type EpisodeItem } from './episodes.reader.js';

export class EpisodesQuery extends ListQuery {
  @MayBeLeftOut()
  @IsId()
  caseId?: string;
  @MayBeLeftOut()
  @IsId()
  providerId?: string;
}

@Controller('api/v1/reablement-episodes')
export class EpisodesController {
  constructor(
    private readonly episodes: EpisodesReader,
    private readonly audit: Audit,
  ) {}

  @Get()
  @May('reablement.read')
  async list(@Query() query: EpisodesQuery, @Signed() user: SignedIn): Promise<List<EpisodeItem>> {
    const rows = (await this.episodes.all()).filter(
      (row) =>
        (query.caseId === undefined || row.caseId === query.caseId) &&
        (query.providerId === undefined || row.providerId === query.providerId),
    );
    const page = listOf(rows, query.limit, query.cursor, ({ episodeId }) => episodeId);
    await this.audit.read({ user, what: 'reablement episodes', caseIds: page.items.map(({ caseId }) => caseId) });
    return page;
  }

  /** Discharges home on pathway 1 whose reablement has not started. */
  @Get('expected')
  @May('reablement.read')
  async expected(@Signed() user: SignedIn): Promise<{ items: (ExpectedStart & { name: string | null })[] }> {
    const items = await this.episodes.expectedStarts();
    await this.audit.read({ user, what: 'reablement starts expected', caseIds: items.map(({ caseId }) => caseId) });
    return { items };
  }

  @Get(':episodeId')
  @May('reablement.read')
  async one(@Param('episodeId') episodeId: string, @Signed() user: SignedIn): Promise<EpisodeItem> {
    const row = await this.episodes.one(episodeId);
    await this.audit.read({ user, what: 'reablement episode', caseIds: [row.caseId] });
    return row;
  }
}

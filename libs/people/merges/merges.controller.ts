import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { May } from '../../access/may.js';
import type { CommandContext } from '../../event-store/decider.js';
import { EventFeed } from '../../event-feed/port.js';
import { Answers, AnswersList } from '../../platform/answers.js';
import { Context } from '../../platform/command-context.js';
import { idPattern } from '../../platform/ids.js';
import { decodeCursor, defaultLimit, ListQuery, pageOf } from '../../platform/list.js';
import { Problem } from '../../platform/problem.js';
import { identitiesProjection } from '../identity/identities.projection.js';
import { PeopleDirectory } from '../port.js';
import { CommandBody, IsId, MayBeLeftOut } from '../../platform/validation.js';
import { IdentityConflicts } from './conflicts.reader.js';
import { ToldMerges } from './told-merges.reader.js';

export class MergesQuery extends ListQuery {
  @MayBeLeftOut()
  @IsId()
  personId?: string;
}

/** Settling who is who. */
@Controller('api/v1/people')
export class MergesController {
  constructor(
    private readonly people: PeopleDirectory,
    private readonly feed: EventFeed,
    private readonly conflicts: IdentityConflicts,
    private readonly told: ToldMerges,
  ) {}

  /** Local ids that were seen with two NHS numbers and so belong to nobody certain. Ids only. */
  @Get('conflicts')
  @May('people.merge')
  @AnswersList({ personId: 'string', seenWith: ['string'] })
  async list(@Query() { limit = defaultLimit, cursor }: ListQuery) {
    const after = cursor === undefined ? '' : decodeCursor(cursor, (key) => typeof key === 'string');
    return pageOf(await this.conflicts.list(after, limit + 1), limit, ({ personId }) => personId);
  }

  /** Merges, those taken back too; of one person with `personId`. Ids only. */
  @Get('merges')
  @May('people.merge')
  @AnswersList({ mergeId: 'string', survivor: 'string', loser: 'string', because: 'string', reverted: 'boolean' })
  async merges(@Query() { limit = defaultLimit, cursor, personId }: MergesQuery) {
    const after = cursor === undefined ? '' : decodeCursor(cursor, (key) => typeof key === 'string');
    const ids = personId === undefined ? null : [...new Set([personId, ...(await this.people.family(personId))])];
    return pageOf(await this.told.list(after, limit + 1, ids), limit, ({ mergeId }) => mergeId);
  }

  /** Takes a merge back, as if it had never been. Taking it back twice is taken. */
  @Post('merges/:id/revert')
  @HttpCode(200)
  @May('people.merge')
  @Answers({ mergeId: 'string', survivor: 'string', loser: 'string' })
  async revert(@Param('id') mergeId: string, @Body() _body: CommandBody, @Context() context: CommandContext) {
    await this.feed.caughtUp([identitiesProjection.name]);
    const reverted = idPattern.test(mergeId)
      ? await this.people.revert(mergeId, context.metadata, context.occurredAt)
      : undefined;
    if (!reverted) throw Problem.notFound('This merge');
    const { revision, position, survivor, loser } = reverted;
    return { id: mergeId, revision, position, mergeId, survivor, loser };
  }
}

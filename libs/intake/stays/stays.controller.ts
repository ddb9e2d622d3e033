import { Controller, Get, Param, Query } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsBoolean } from 'class-validator';
import { Audit } from '#libs/access/audit.js';
import { May } from '#libs/access/may.js';
import { scopeOf } from '#libs/access/scope.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { Signed } from '#libs/access/signed.js';
import { Answers, AnswersList } from '#libs/platform/answers.js';
import { decodeCursor, defaultLimit, ListQuery, type List } from '#libs/platform/list.js';
import { Problem } from '#libs/platform/problem.js';
import { IsId, IsText, MayBeLeftOut } from '#libs/platform/validation.js';
import { shownStayShape, type ShownStay } from './shown-stay.js';
import { StaysReader } from './stays.reader.js';

export class StaysQuery extends ListQuery {
  @MayBeLeftOut()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean({ message: 'must be true or false' })
  open?: boolean;
  @MayBeLeftOut()
  @IsText(200)
  ward?: string;
  @MayBeLeftOut()
  @IsText(200)
  hospital?: string;
  @MayBeLeftOut()
  @IsId()
  personId?: string;
}

const isCursor = (key: unknown): key is readonly [string, string] =>
  Array.isArray(key) &&
  key.length === 2 &&
  key.every((part) => typeof part === 'string') &&
  (key[0] === 'infinity' || !Number.isNaN(Date.parse(String(key[0]))));

/** Hospital stays, without names: pseudonymous until referred (architecture.md §7). */
@Controller('api/v1/stays')
export class StaysController {
  constructor(
    private readonly stays: StaysReader,
    private readonly audit: Audit,
  ) {}

  @Get()
  @May('case.read')
  @AnswersList(shownStayShape)
  async list(@Query() query: StaysQuery, @Signed() user: SignedIn): Promise<List<ShownStay>> {
    const { open, ward, hospital, personId, limit = defaultLimit, cursor } = query;
    const after = cursor === undefined ? undefined : decodeCursor(cursor, isCursor);
    const page = await this.stays.list({ open, ward, hospital, personId, scope: scopeOf(user), limit, after });
    await this.audit.read({ user, what: 'stays', personIds: page.items.map((stay) => stay.personId) });
    return page;
  }

  @Get(':stayId')
  @May('case.read')
  @Answers(shownStayShape)
  async one(@Param('stayId') stayId: string, @Signed() user: SignedIn): Promise<ShownStay> {
    const stay = await this.stays.find(stayId, scopeOf(user));
    if (!stay) throw new Problem(404, 'stay.not-found', 'There is no stay with this id.');
    await this.audit.read({ user, what: 'stay', personIds: [stay.personId] });
    return stay;
  }
}

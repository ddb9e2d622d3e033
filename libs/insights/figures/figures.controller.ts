import { Controller, Get, Param, Query } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsInt, IsString, Max, Min } from 'class-validator';
import { Audit } from '#libs/access/audit.js';
import { May } from '#libs/access/may.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { Signed } from '#libs/access/signed.js';
import { Answers, AnswersList } from '#libs/platform/answers.js';
import { Clock } from '#libs/platform/clock.js';
import { defaultLimit, type List } from '#libs/platform/list.js';
import { MayBeLeftOut } from '#libs/platform/validation.js';
import { definitions } from '../domain/definitions.js';
import { type FigureAnswer, metricShown, type MetricShown } from './answer.js';
import { Figures } from './figures.js';
import { PeopleBehind, type PersonBehind } from './people-behind.js';
import { Pseudonyms } from './pseudonyms.js';
import { askedFor, questionOf } from './question.js';
import { ownFilters, refuseOtherPeople } from './scope.js';

const once = { message: 'must be given once' };

/** What any figure can be asked. What each may hold depends on the figure and is checked with it. */
export class FigureQuery {
  @MayBeLeftOut()
  @IsString(once)
  from?: string;
  @MayBeLeftOut()
  @IsString(once)
  to?: string;
  @MayBeLeftOut()
  @IsString(once)
  at?: string;
  @MayBeLeftOut()
  @IsString(once)
  groupBy?: string;
  @MayBeLeftOut()
  @IsString(once)
  version?: string;
  @MayBeLeftOut()
  @IsString(once)
  knownAt?: string;
  @MayBeLeftOut()
  @IsString(once)
  hospital?: string;
  @MayBeLeftOut()
  @IsString(once)
  ward?: string;
  @MayBeLeftOut()
  @IsString(once)
  authority?: string;
  @MayBeLeftOut()
  @IsString(once)
  ageBand?: string;
}

export class FigurePeopleQuery extends FigureQuery {
  @MayBeLeftOut()
  @Type(() => Number)
  @IsInt({ message: 'must be a whole number' })
  @Min(1, { message: 'must be at least 1' })
  @Max(500, { message: 'must be at most 500' })
  limit?: number;
  @MayBeLeftOut()
  @IsString({ message: 'must be the nextCursor of an earlier answer' })
  cursor?: string;
}

export interface DefinitionShown extends MetricShown {
  readonly kind: 'window' | 'snapshot';
  readonly groupBy: readonly string[];
  /** Default first. */
  readonly versions: readonly { readonly version: string; readonly rule: string }[];
}

const metricShape = {
  id: 'string',
  version: 'string',
  title: 'string',
  source: 'string',
  unit: 'string',
  rule: 'string',
} as const;

/** Figures, their definitions, and the people and events behind them (api.md "Insights"). */
@Controller('api/v1/metrics')
export class FiguresController {
  constructor(
    private readonly figures: Figures,
    private readonly people: PeopleBehind,
    private readonly pseudonyms: Pseudonyms,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  @Get()
  @May('metric.read')
  @Answers({
    items: [{ ...metricShape, kind: 'string', groupBy: ['string'], versions: [{ version: 'string', rule: 'string' }] }],
  })
  list(): { readonly items: readonly DefinitionShown[] } {
    return {
      items: definitions.map((definition) => ({
        ...metricShown(definition),
        kind: definition.kind,
        groupBy: definition.groupBy,
        versions: definition.versions.map(({ version, says }) => ({ version, rule: says })),
      })),
    };
  }

  @Get(':id')
  @May('metric.read')
  @Answers({
    metric: metricShape,
    from: 'date',
    to: 'date',
    value: 'number?',
    numerator: 'number?',
    denominator: 'number?',
    p90: 'number?',
    display: 'string',
    groups: [
      {
        key: 'string',
        value: 'number?',
        numerator: 'number?',
        denominator: 'number?',
        p90: 'number?',
        display: 'string',
      },
    ],
    basis: { position: 'string', asOf: 'date-time', knownAt: 'date-time?', events: 'integer' },
    quality: { $schema: { type: 'object', additionalProperties: { type: 'integer' } } },
    links: { people: 'string' },
  })
  async one(@Param('id') id: string, @Query() query: FigureQuery, @Signed() user: SignedIn): Promise<FigureAnswer> {
    const asked = askedFor({ ...query });
    return this.figures.answer(questionOf(id, asked, this.clock.now(), ownFilters(user, id, asked)));
  }

  @Get(':id/people')
  @May('metric.people')
  @AnswersList({
    personId: 'string?',
    stayId: 'string',
    caseId: 'string',
    inNumerator: 'boolean',
    events: ['string'],
    day: 'date',
  })
  async behind(
    @Param('id') id: string,
    @Query() query: FigurePeopleQuery,
    @Signed() user: SignedIn,
  ): Promise<List<PersonBehind>> {
    const { limit = defaultLimit, cursor, ...rest } = query;
    const asked = askedFor(rest);
    const question = questionOf(id, asked, this.clock.now());
    refuseOtherPeople(user, id);
    const found = await this.people.list(question, limit, cursor);
    if (user.grant === 'pseudonyms') return { ...found, items: found.items.map((item) => this.#hidden(item)) };
    await this.audit.read({
      user,
      what: `people behind ${id}`,
      caseIds: [...new Set(found.items.flatMap(({ caseId }) => caseId ?? []))],
      personIds: [...new Set(found.items.flatMap(({ personId }) => personId ?? []))],
    });
    return found;
  }

  #hidden(item: PersonBehind): PersonBehind {
    const { personId, stayId, caseId, events } = item;
    return {
      ...item,
      personId: personId === null ? null : this.pseudonyms.of('person', personId),
      ...(stayId === undefined ? {} : { stayId: this.pseudonyms.of('stay', stayId) }),
      ...(caseId === undefined ? {} : { caseId: this.pseudonyms.of('case', caseId) }),
      events: events.map((id) => this.pseudonyms.of('event', id)),
    };
  }
}

import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audit } from '#libs/access/audit.js';
import { grantOf } from '#libs/access/capabilities.js';
import { May } from '#libs/access/may.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { Signed } from '#libs/access/signed.js';
import { addDays, ageBands, formatDateTime, londonDate } from '#libs/nhs/index.js';
import { Clock } from '#libs/platform/clock.js';
import { Pages } from '#libs/platform/pages.js';
import { Problem } from '#libs/platform/problem.js';
import { Settings } from '#libs/platform/settings.js';
import { formErrorsOf } from '#libs/platform/templates.js';
import type { Definition } from '../domain/definition.js';
import { definitionOf, definitions } from '../domain/definitions.js';
import { csvOf } from '../exports/exports.js';
import { rowsOf } from '../exports/export-rows.js';
import { Figures } from '../figures/figures.js';
import { PeopleBehind } from '../figures/people-behind.js';
import { Pseudonyms } from '../figures/pseudonyms.js';
import { type Question, questionOf } from '../figures/question.js';
import { ownFilters, refuseOtherPeople } from '../figures/scope.js';
import { areaOf, areas, askedOnPage, InsightsQuery, queryString } from './page-question.js';
import { Cards, daysInWords } from './cards.js';

const labels = { from: 'First day', to: 'Last day', knownAt: 'As known on', ageBand: 'Age band' };
const perPage = 50;

/** The pages of the figures: value, chart, rule, table, people, events, CSV. They read by GET, so that every view is a link. */
@Controller('insights')
export class InsightsPage {
  constructor(
    private readonly pages: Pages,
    private readonly cards: Cards,
    private readonly figures: Figures,
    private readonly people: PeopleBehind,
    private readonly pseudonyms: Pseudonyms,
    private readonly audit: Audit,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  @Get()
  @May('metric.read')
  async list(
    @Query() query: InsightsQuery,
    @Signed() user: SignedIn,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const area = areaOf(query.area);
    const shown = definitions.filter((definition) => definition.area === area && this.#isOpenTo(user, definition));
    const { questions, problem } = this.#questions(shown, query, user);
    const cards = [];
    for (const question of questions) cards.push(await this.cards.card(question));
    await this.pages.render(
      reply,
      request,
      'insights/pages/insights.njk',
      {
        ...this.#surroundings(query, user, questions[0], problem),
        title: 'Insights',
        cards,
        area,
        areas: areas
          .filter((each) =>
            definitions.some((definition) => definition.area === each.area && this.#isOpenTo(user, definition)),
          )
          .map((each) => ({
            ...each,
            href: `/insights${queryString(query, { area: each.area })}`,
            current: each.area === area,
          })),
      },
      problem ? 400 : 200,
    );
  }

  @Get(':id')
  @May('metric.read')
  async one(
    @Param('id') id: string,
    @Query() query: InsightsQuery,
    @Signed() user: SignedIn,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const definition = this.#definition(id, user);
    const { questions, problem } = this.#questions([definition], query, user);
    const [question] = questions;
    const groupBy = definition.groupBy.find((key) => key === query.groupBy) ?? definition.defaultGroup ?? null;
    await this.pages.render(
      reply,
      request,
      'insights/pages/figure.njk',
      {
        ...this.#surroundings(query, user, question, problem),
        title: definition.title,
        definition,
        groupBy,
        card: question && (await this.cards.card(question)),
        versions: question ? await this.cards.versions(question) : [],
        groups: question && groupBy ? (await this.figures.answer({ ...question, groupBy, oneDay: true })).groups : [],
        peopleHref: this.#maySeePeople(user, id) ? `/insights/${id}/people${queryString(query)}` : undefined,
        csvHref: `/insights/${id}/figure.csv${queryString(query)}`,
      },
      problem ? 400 : 200,
    );
  }

  @Get(':id/figure.csv')
  @May('metric.read')
  async csv(
    @Param('id') id: string,
    @Query() query: InsightsQuery,
    @Signed() user: SignedIn,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const question = this.#question(this.#definition(id, user), query, user);
    const { fixedGroups, groupBy: allowed } = question.definition;
    const groupBy = allowed.find((key) => key === query.groupBy) ?? (fixedGroups ? null : 'week');
    const answer = await this.figures.answer({ ...question, groupBy, oneDay: false });
    await reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="homeward-${id}.csv"`)
      .header('cache-control', 'no-store')
      .send(
        csvOf(rowsOf(`${question.from} to ${addDays(question.to, -1)}${groupBy ? `, by ${groupBy}` : ''}`, answer)),
      );
  }

  @Get(':id/people')
  @May('metric.people')
  async behind(
    @Param('id') id: string,
    @Query() query: InsightsQuery,
    @Signed() user: SignedIn,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const definition = this.#definition(id, user, false);
    refuseOtherPeople(user, id);
    const question = questionOf(id, askedOnPage(query, this.#today()), this.clock.now());
    const hidden = user.grant === 'pseudonyms';
    const { items, nextCursor } = await this.people.list(question, perPage, query.cursor || undefined);
    if (!hidden)
      await this.audit.read({
        user,
        what: `people behind ${id}`,
        caseIds: [...new Set(items.flatMap(({ caseId }) => caseId ?? []))],
        personIds: [...new Set(items.flatMap(({ personId }) => personId ?? []))],
      });
    const mayOpenCase = !hidden && grantOf(user.role, 'case.read', this.settings.demo !== 'off') !== undefined;
    await this.pages.render(reply, request, 'insights/pages/people.njk', {
      ...this.#surroundings(query, user, question, null),
      title: `People behind: ${definition.title}`,
      definition,
      hidden,
      rule: question.version.says,
      figureHref: `/insights/${id}${queryString(query, { cursor: '' })}`,
      nextHref: nextCursor === null ? undefined : `/insights/${id}/people${queryString(query, { cursor: nextCursor })}`,
      items: items.map((item) => ({
        ...item,
        person:
          item.personId === null ? 'not known' : hidden ? this.pseudonyms.of('person', item.personId) : item.personId,
        caseHref: mayOpenCase && item.caseId !== undefined ? `/cases/${item.caseId}` : undefined,
        caseId: hidden ? undefined : item.caseId,
        events: hidden ? item.events.map((eventId) => this.pseudonyms.of('event', eventId)) : item.events,
      })),
    });
  }

  #today(): string {
    return londonDate(this.clock.now());
  }

  #isOpenTo(user: SignedIn, { groupBy }: Definition): boolean {
    return user.role !== 'provider' || user.grant !== 'own' || groupBy.includes('provider');
  }

  #maySeePeople(user: SignedIn, id: string): boolean {
    const grant = grantOf(user.role, 'metric.people', this.settings.demo !== 'off');
    return grant !== undefined && (grant !== 'own' || definitionOf(id)?.area === 'reablement');
  }

  #definition(id: string, user: SignedIn, scoped = true): Definition {
    const definition = definitionOf(id);
    if (!definition) throw Problem.notFound('This figure');
    if (scoped && !this.#isOpenTo(user, definition))
      throw new Problem(403, 'metric.not-own', 'A provider sees the figures of its own placements and episodes only.');
    return definition;
  }

  #question(definition: Definition, query: InsightsQuery, user: SignedIn): Question {
    const asked = askedOnPage(query, this.#today());
    return questionOf(definition.id, asked, this.clock.now(), ownFilters(user, definition.id, asked));
  }

  /** What is wrong with the form is said beside its fields, and no figure is shown that was not asked for. */
  #questions(
    shown: readonly Definition[],
    query: InsightsQuery,
    user: SignedIn,
  ): { questions: Question[]; problem: Problem | null } {
    try {
      return { questions: shown.map((definition) => this.#question(definition, query, user)), problem: null };
    } catch (error) {
      if (error instanceof Problem && error.status === 400) return { questions: [], problem: error };
      throw error;
    }
  }

  #surroundings(query: InsightsQuery, user: SignedIn, question: Question | undefined, problem: Problem | null): object {
    const asked = askedOnPage(query, this.#today());
    return {
      query,
      from: asked.from,
      lastDay: query.to || this.#today(),
      days: question ? daysInWords(question.from, addDays(question.to, -1)) : undefined,
      knownOn: question?.knownAt ? formatDateTime(question.knownAt) : undefined,
      ageBands,
      ownHospital: user.grant === 'own' && user.role === 'ward' ? user.organisation : undefined,
      link: (id: string) => `/insights/${id}${queryString({ ...query, area: '' })}`,
      errors: problem ? formErrorsOf(problem, labels) : undefined,
    };
  }
}

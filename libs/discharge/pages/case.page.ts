import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audit } from '#libs/access/audit.js';
import { grantOf } from '#libs/access/capabilities.js';
import { May } from '#libs/access/may.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { UserDirectory } from '#libs/access/users.js';
import { PeopleVault } from '#libs/people/port.js';
import { Clock } from '#libs/platform/clock.js';
import { Pages } from '#libs/platform/pages.js';
import { Settings } from '#libs/platform/settings.js';
import { IsText, MayBeLeftOut } from '#libs/platform/validation.js';
import { clocksOf, ClocksQuery, EmptyIsLeftOut } from '../board/board-question.js';
import { isOpenStatus } from '../board/domain/standing.js';
import { mustSee } from '../board/scope.js';
import { CaseView } from '../case-view/case-view.js';
import { timelineOf } from '../case-view/timeline.js';
import { WardNews } from '../case-view/ward-news.js';
import type { CaseForm } from './case-form.js';
import { caseForms } from './case-forms.js';
import { londonTimeIn } from './form.js';
import { rowInWords } from './huddle-row.js';
import { barsOf } from './spans.js';
import { detailsOf, timelineInWords } from './timeline-words.js';
import { counted, pathwayWords, reasonWords, wordOf } from './words.js';

/** The clock as a browser's time field gives it: answered with the address that has it as an instant. */
export class CasePageQuery extends ClocksQuery {
  @MayBeLeftOut()
  @EmptyIsLeftOut()
  @IsText(30)
  at?: string;
}

export class BreakGlassForm {
  @IsText(500)
  reason!: string;
}

type Shown = Awaited<ReturnType<CaseView['show']>>;

/** The case (screens.md §2): who, where, what next, who owns it; how it came to be; and what can be done. */
@Controller('cases')
export class CasePage {
  constructor(
    private readonly pages: Pages,
    private readonly cases: CaseView,
    private readonly wardNews: WardNews,
    private readonly users: UserDirectory,
    private readonly vault: PeopleVault,
    private readonly settings: Settings,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  @Get(':caseId')
  @May('case.read')
  async show(
    @Param('caseId') caseId: string,
    @Query() query: CasePageQuery,
    @Signed() user: SignedIn,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (query.at !== undefined) {
      const asOf = londonTimeIn({ ...query }, 'at') ?? '';
      await reply.redirect(`/cases/${encodeURIComponent(caseId)}?asOf=${encodeURIComponent(asOf)}`, 303);
      return;
    }
    await this.render(caseId, query, undefined, user, request, reply);
  }

  /** Opens a restricted record for this one view. The reason is kept in the audit, and never stands in an address. */
  @Post(':caseId/open')
  @HttpCode(200)
  @May('case.read')
  async open(
    @Param('caseId') caseId: string,
    @Body() { reason }: BreakGlassForm,
    @Signed() user: SignedIn,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.render(caseId, {}, reason, user, request, reply);
  }

  private async render(
    caseId: string,
    query: ClocksQuery,
    why: string | undefined,
    user: SignedIn,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const found = await this.cases.find(caseId);
    mustSee(user, found.hospital);
    const clocks = clocksOf(query, this.clock.now());
    const breakGlass = why !== undefined;
    const shown = await this.cases.show(found, query, { breakGlass });
    const hidden = shown.restricted && !breakGlass;
    const may = (capability: 'case.command' | 'case.refer' | 'request.read') =>
      grantOf(user.role, capability, this.settings.demo !== 'off') !== undefined;
    const items = await this.vault.open(
      timelineOf(found, clocks, ({ streamId }) => !hidden && (may('request.read') || !streamId.startsWith('request-'))),
    );
    const users = await this.users.byIds([...new Set(items.map(({ actor }) => actor.id))]);
    const { personId } = found;
    await this.audit.read({ user, what: 'case', caseIds: [caseId], personIds: [personId], ...(why ? { why } : {}) });
    const past = query.asOf !== undefined || query.knownAt !== undefined;
    await this.pages.render(reply, request, 'discharge/pages/case.njk', {
      title: 'Case',
      ...this.inWords(shown),
      hidden,
      past,
      timeline: timelineInWords(items, users),
      wardNews: shown.stayId ? await this.wardNews.of(shown.stayId, clocks) : [],
      forms: past ? [] : formsFor(shown, may),
      may: { command: may('case.command') && !past, request: may('request.read') },
    });
  }

  private inWords(shown: Shown) {
    const { histories } = shown;
    const end = shown.ended?.at && shown.ended.at < shown.asOf ? shown.ended.at : shown.asOf;
    const bars = barsOf(histories.delays, end);
    return {
      row: rowInWords(shown, { asOf: shown.asOf, namesHidden: false, past: false, council: this.settings.council }),
      shown,
      person: shown.person,
      needs: detailsOf(asObject(shown.needs)),
      involvement: detailsOf(asObject(shown.involvement)),
      pathwayNow: pathwayWords(shown.pathway),
      pathways: histories.pathway.map((entry) => ({ ...entry, words: pathwayWords(entry.pathway) })),
      delays: histories.delays.map((delay, index) => ({
        ...delay,
        words: reasonWords(delay.reason),
        ownerWord: wordOf(delay.owner),
        daysWord: delay.days === null ? '' : counted(delay.days, 'day'),
        bar: bars[index] ?? null,
      })),
      requests: shown.requests.map((request) => ({
        ...request,
        stateWord: wordOf(request.state),
        serviceWord: request.serviceType ? wordOf(request.serviceType) : 'Not chosen',
      })),
      episodes: shown.episodes.map((episode) => ({
        ...episode,
        stateWord: wordOf(episode.state),
        outcomeWord: episode.outcome ? wordOf(episode.outcome) : '',
      })),
      check: shown.check && {
        ...shown.check,
        stateWord: wordOf(shown.check.state),
        statusWord: shown.check.status ? wordOf(shown.check.status) : '',
      },
      endedWord: shown.ended ? wordOf(shown.ended.by) : '',
    };
  }
}

const asObject = (value: unknown): object | null =>
  typeof value === 'object' && value !== null ? value : typeof value === 'string' ? { said: value } : null;

/** The forms that make sense now, for this role. What a rule refuses is said by the rule itself. */
const formsFor = (
  shown: Shown,
  may: (capability: 'case.command' | 'case.refer') => boolean,
): readonly Pick<CaseForm, 'name' | 'link'>[] => {
  const open = isOpenStatus(shown.status);
  const fits = (name: string): boolean => {
    if (name === 'accept') return shown.status === 'referred';
    if (name === 'resume') return shown.status === 'paused';
    if (name === 'pause') return open && shown.status !== 'paused';
    if (name === 'close') return shown.status !== 'closed';
    if (['involvement', 'choice', 'carers-assessment', 'criteria'].includes(name)) return true;
    return open;
  };
  return caseForms
    .filter((form) => form.about === undefined && may(form.ward ? 'case.refer' : 'case.command') && fits(form.name))
    .map(({ name, link }) => ({ name, link }));
};

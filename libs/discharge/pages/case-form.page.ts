import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audit } from '#libs/access/audit.js';
import { grantOf } from '#libs/access/capabilities.js';
import { May } from '#libs/access/may.js';
import { scopeOf } from '#libs/access/scope.js';
import { Sessions } from '#libs/access/sessions.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { EventFeed } from '#libs/event-feed/port.js';
import { answer } from '#libs/platform/answer.js';
import { aheadMilliseconds, Context } from '#libs/platform/command-context.js';
import { Clock } from '#libs/platform/clock.js';
import { textIn, type Form } from '#libs/platform/forms.js';
import { Pages } from '#libs/platform/pages.js';
import { Problem } from '#libs/platform/problem.js';
import { Settings } from '#libs/platform/settings.js';
import { formErrorsOf } from '#libs/platform/templates.js';
import { idPattern } from '#libs/platform/ids.js';
import { mustSee } from '../board/scope.js';
import { CaseView } from '../case-view/case-view.js';
import type { CaseForm, Field } from './case-form.js';
import { caseForm } from './case-forms.js';
import { labelsOf, londonTimeIn, mustBeAnswered, problemToShow } from './form.js';

interface Place {
  readonly of: string;
  readonly back: string;
}

/** The forms of a case: one question a page; what was refused comes back beside its field, with what was typed. */
@Controller('cases/:caseId/do')
export class CaseFormPage {
  constructor(
    private readonly pages: Pages,
    private readonly cases: CaseView,
    private readonly commands: CommandBus,
    private readonly feed: EventFeed,
    private readonly sessions: Sessions,
    private readonly settings: Settings,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  @Get(':form')
  @May('case.refer')
  async ask(
    @Param('caseId') caseId: string,
    @Param('form') name: string,
    @Query('of') of: string | undefined,
    @Query('back') back: string | undefined,
    @Signed() user: SignedIn,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const form = this.formFor(name, user);
    await this.show(form, caseId, user, { of: of ?? '', back: back ?? '' }, request, reply);
  }

  @Post(':form')
  @May('case.refer')
  async take(
    @Param('caseId') caseId: string,
    @Param('form') name: string,
    @Body() typed: Form,
    @Context() context: CommandContext,
    @Signed() user: SignedIn,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const form = this.formFor(name, user);
    const place = { of: textIn(typed, 'of'), back: textIn(typed, 'back') };
    try {
      mustBeAnswered(form.fields, typed);
      const command = await form.command({
        caseId,
        of: place.of,
        form: typed,
        context: this.at(typed, context),
        onlyHospital: scopeOf(user),
      });
      const { position } = answer(await this.commands.execute(command));
      // What follows from it (a request, a delay) is shown with it when it comes within a moment.
      await this.feed.settled(position, { timeoutMs: 3000 });
      if (request.session) await this.sessions.flash(request.session.sessionId, `Saved: ${form.link.toLowerCase()}.`);
      await reply.redirect(afterwards(caseId, place.back), 303);
    } catch (error) {
      await this.show(form, caseId, user, place, request, reply, typed, problemToShow(error));
    }
  }

  /** The time that was typed in place of now. */
  private at(typed: Form, context: CommandContext): CommandContext {
    const given = londonTimeIn(typed, 'when');
    if (given === undefined) return context;
    if (Date.parse(given) > Date.parse(this.clock.now()) + aheadMilliseconds)
      throw Problem.invalidField('when', 'must not lie in the future');
    return { ...context, occurredAt: given };
  }

  private formFor(name: string, user: SignedIn): CaseForm {
    const form = caseForm(name);
    if (!form) throw Problem.notFound('This form');
    const may = grantOf(user.role, form.ward ? 'case.refer' : 'case.command', this.settings.demo !== 'off');
    if (may === undefined) throw new Problem(403, 'not-allowed', 'Your role may not do this.');
    return form;
  }

  private async show(
    form: CaseForm,
    caseId: string,
    user: SignedIn,
    place: Place,
    request: FastifyRequest,
    reply: FastifyReply,
    typed: Form = {},
    problem?: Problem,
  ): Promise<void> {
    const found = await this.cases.find(caseId);
    mustSee(user, found.hospital);
    if (form.about && !idPattern.test(place.of)) throw Problem.notFound('This entry');
    const shown = await this.cases.show(found, {}, { breakGlass: false });
    await this.audit.read({ user, what: 'case form', caseIds: [caseId], personIds: [found.personId] });
    await this.pages.render(
      reply,
      request,
      'discharge/pages/case-form.njk',
      {
        title: form.title,
        form,
        fields: form.fields.map((field) => withTyped(field, typed, user)),
        caseId,
        person: shown.name ?? 'Name not held',
        place,
        ...(problem ? { errors: formErrorsOf(problem, labelsOf(form.fields)) } : {}),
      },
      problem?.status ?? 200,
    );
  }
}

/** The field with what was typed; the first time with what it usually is. */
const withTyped = (field: Field, typed: Form, user: SignedIn) => {
  const usual = field.name === 'worker' ? user.username : (field.value ?? '');
  const value = field.name in typed ? textIn(typed, field.name) : usual;
  return {
    ...field,
    value,
    items: [
      ...(field.kind === 'select' ? [{ value: '', text: field.optional ? 'The usual one' : 'Choose one' }] : []),
      ...(field.options ?? []).map(({ hint, ...option }) => ({
        ...option,
        ...(hint === undefined ? {} : { hint: { text: hint } }),
        selected: option.value === value,
        checked: option.value === value,
      })),
    ],
  };
};

const afterwards = (caseId: string, back: string): string =>
  back === 'huddle' ? `/huddle#case-${encodeURIComponent(caseId)}` : `/cases/${encodeURIComponent(caseId)}`;

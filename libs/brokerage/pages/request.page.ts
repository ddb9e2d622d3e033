import { Body, Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { May } from '#libs/access/may.js';
import { Sessions } from '#libs/access/sessions.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { Context } from '#libs/platform/command-context.js';
import { heldTo, type Form } from '#libs/platform/forms.js';
import { Problem } from '#libs/platform/problem.js';
import { IsText } from '#libs/platform/validation.js';
import { text, type Refused } from './form.js';
import { RequestActions, type Action, type ActionGroup } from './request-actions.js';
import { RequestPageView } from './request-page-view.js';

class BreakGlassForm {
  /** Why a restricted record is opened: kept in the audit. */
  @IsText(500)
  why!: string;
}

/**
 * One request with a form for every command. The routes are grouped by who may: `ask` (open, complete, approve, withdraw),
 * `source` (claim, send, award, start, fail), `answer` (respond, offer, confirm).
 */
@Controller('brokerage/requests')
export class RequestPage {
  constructor(
    private readonly view: RequestPageView,
    private readonly actions: RequestActions,
    private readonly sessions: Sessions,
  ) {}

  @Get(':id')
  @May('request.read')
  show(
    @Param('id') requestId: string,
    @Signed() user: SignedIn,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.view.render(requestId, user, request, reply, {});
  }

  /** Opens a restricted record for this one view. The reason is kept in the audit, and never stands in an address. */
  @Post(':id/open')
  @HttpCode(200)
  @May('request.read')
  async open(
    @Param('id') requestId: string,
    @Body() form: Form,
    @Signed() user: SignedIn,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const shown = await heldTo(BreakGlassForm, { why: text(form, 'why') }).then(
      ({ why }) => ({ why }),
      (problem: unknown) => ({ refused: refusedBy(problem, 'open', form) }),
    );
    await this.view.render(requestId, user, request, reply, shown);
  }

  @Post(':id/ask/:action')
  @May('request.command')
  ask(
    @Param('id') requestId: string,
    @Param('action') action: string,
    @Body() form: Form,
    @Signed() user: SignedIn,
    @Context() context: CommandContext,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.submit('ask', { requestId, action, form, user, context }, request, reply);
  }

  @Post(':id/source/:action')
  @May('request.source')
  source(
    @Param('id') requestId: string,
    @Param('action') action: string,
    @Body() form: Form,
    @Signed() user: SignedIn,
    @Context() context: CommandContext,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.submit('source', { requestId, action, form, user, context }, request, reply);
  }

  @Post(':id/answer/:action')
  @May('request.respond')
  answer(
    @Param('id') requestId: string,
    @Param('action') action: string,
    @Body() form: Form,
    @Signed() user: SignedIn,
    @Context() context: CommandContext,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.submit('answer', { requestId, action, form, user, context }, request, reply);
  }

  private async submit(
    group: ActionGroup,
    action: Action,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const { requestId, user, form } = action;
    try {
      const said = await this.actions.run(group, action);
      if (request.session) await this.sessions.flash(request.session.sessionId, said);
      await reply.redirect(`/brokerage/requests/${requestId}`, 303);
    } catch (problem) {
      const refused = refusedBy(problem, action.action, form);
      await this.view.render(requestId, user, request, reply, { refused });
    }
  }
}

/** What to show beside the form again. What is not the user's to mend is thrown on. */
const refusedBy = (problem: unknown, form: string, typed: Form): Refused => {
  if (!(problem instanceof Problem) || problem.status === 404) throw problem;
  return { form, typed, problem };
};

import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import { IsString, MaxLength } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { May } from '#libs/access/may.js';
import { Sessions } from '#libs/access/sessions.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { Signed } from '#libs/access/signed.js';
import { newId } from '#libs/platform/ids.js';
import { Pages } from '#libs/platform/pages.js';
import { Problem } from '#libs/platform/problem.js';
import { formErrorsOf } from '#libs/platform/templates.js';
import { MayBeLeftOut } from '#libs/platform/validation.js';
import { faultWords } from '../domain/fault-words.js';
import { FixQuarantined } from '../quarantine/fix-quarantined.js';
import { longestMessage, notThere } from '../quarantine/quarantine.controller.js';
import { takenWords } from './quarantine.page.js';

export class FixForm {
  @MayBeLeftOut()
  @IsString({ message: 'must be text' })
  @MaxLength(longestMessage, { message: 'is too long to be corrected here' })
  message?: string;
}

/** The content of a quarantined message, the field at fault marked, and the form to put it right. */
@Controller('operations/quarantine')
export class FixPage {
  constructor(
    private readonly pages: Pages,
    private readonly fixing: FixQuarantined,
    private readonly sessions: Sessions,
  ) {}

  @Get(':id/message')
  @May('quarantine.open')
  async show(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Signed() user: SignedIn,
  ): Promise<void> {
    await this.render(reply, request, { id, user });
  }

  @Post(':id/fix')
  @May('quarantine.open')
  async fix(
    @Param('id') id: string,
    @Body() { message = '' }: FixForm,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Signed() user: SignedIn,
  ): Promise<void> {
    try {
      const fixed = await this.fixing.fix(id, message, user, request.correlationId ?? newId());
      if (!fixed) throw notThere();
      if (!fixed.settled)
        throw new Problem(409, 'quarantine.still-refused', 'It still cannot be taken.', {
          errors: [{ field: 'message', message: `still cannot be taken: ${fixed.reason ?? ''}` }],
        });
      if (request.session) await this.sessions.flash(request.session.sessionId, takenWords(fixed));
      await reply.redirect('/operations/quarantine', 303);
    } catch (error) {
      if (!(error instanceof Problem) || !error.errors) throw error;
      await this.render(reply, request, { id, user, typed: message, problem: error });
    }
  }

  private async render(
    reply: FastifyReply,
    request: FastifyRequest,
    { id, user, typed, problem }: { id: string; user: SignedIn; typed?: string; problem?: Problem },
  ): Promise<void> {
    const opened = await this.fixing.read(id, user);
    if (!opened) throw notThere();
    const { message, text, original, shown, tooLarge, form } = opened;
    await this.pages.render(
      reply,
      request,
      'intake/pages/fix.njk',
      {
        title: `Correct message ${message.controlId}`,
        message,
        means: faultWords[message.code].means,
        form,
        typed: typed ?? text,
        original,
        shown,
        tooLarge,
        ...(problem ? { errors: formErrorsOf(problem, { message: 'The message' }) } : {}),
      },
      problem?.status ?? 200,
    );
  }
}

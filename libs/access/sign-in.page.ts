import { Body, Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import { IsString, MaxLength } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Pages } from '../platform/pages.js';
import { Problem } from '../platform/problem.js';
import { Settings } from '../platform/settings.js';
import { formErrorsOf, type FormErrors } from '../platform/templates.js';
import { MayBeLeftOut } from '../platform/validation.js';
import { takeCsrfToken } from './access.guard.js';
import { cookieOptions, sessionCookie, signInCookie } from './cookies.js';
import { demoPassword, demoUsers } from './demo-users.js';
import { May, Open } from './may.js';
import { newSecret, sameSecret } from './secrets.js';
import { Sessions } from './sessions.js';
import { SignIn } from './sign-in.js';

export class Next {
  @MayBeLeftOut()
  @IsString({ message: 'must be text' })
  @MaxLength(2000, { message: 'must be at most 2000 characters' })
  next?: string;
}

export class SignInForm extends Next {
  @MayBeLeftOut()
  @IsString({ message: 'must be text' })
  @MaxLength(200, { message: 'must be at most 200 characters' })
  username?: string;

  @MayBeLeftOut()
  @IsString({ message: 'must be text' })
  @MaxLength(1000, { message: 'must be at most 1000 characters' })
  password?: string;

  @MayBeLeftOut()
  @IsString({ message: 'must be text' })
  _csrf?: string;
}

/** A path of ours and nothing else: `//elsewhere` and `/\elsewhere` lead away, and browsers drop tabs and line breaks before they look. */
const ownPath = (next: string | undefined): string | undefined =>
  next !== undefined && /^\/(?!\/)[\x21-\x5b\x5d-\x7e]*$/.test(next) && !next.startsWith('/sign-') ? next : undefined;

/** Signing in and out by page, and the first page. */
@Controller()
export class SignInPage {
  constructor(
    private readonly pages: Pages,
    private readonly signIn: SignIn,
    private readonly sessions: Sessions,
    private readonly settings: Settings,
  ) {}

  @Get()
  @Open('leads to the first page, or to the sign-in page')
  async home(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await reply.redirect(request.signedIn ? this.pages.firstPageOf(request) : '/sign-in', 303);
  }

  @Get('sign-in')
  @Open('signing in is how one comes to be signed in')
  async form(@Query() { next }: Next, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.show(request, reply, { next: ownPath(next) });
  }

  @Post('sign-in')
  @Open('signing in is how one comes to be signed in')
  async submit(
    @Body() { username, password, next, _csrf }: SignInForm,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const typed = { username, next: ownPath(next) };
    const expected = request.cookies[signInCookie(this.settings)];
    if (_csrf === undefined || expected === undefined || !sameSecret(_csrf, expected)) {
      const problem = new Problem(403, 'csrf.missing', 'The form was out of date. Please sign in again.');
      return this.show(request, reply, typed, formErrorsOf(problem), 403);
    }
    const missing = [
      ...(username?.trim() ? [] : [{ field: 'username', message: 'is missing: enter it' }]),
      ...(password ? [] : [{ field: 'password', message: 'is missing: enter it' }]),
    ];
    if (missing.length > 0) return this.show(request, reply, typed, formErrorsOf(Problem.invalid(missing)), 400);
    try {
      const user = await this.signIn.check(username ?? '', password ?? '', request.ip);
      const { secret, session } = await this.sessions.begin(user.userId, request.cookies[sessionCookie(this.settings)]);
      const options = cookieOptions(this.settings);
      void reply.setCookie(sessionCookie(this.settings), secret, { ...options, expires: new Date(session.expiresAt) });
      void reply.clearCookie(signInCookie(this.settings), options);
      await reply.redirect(typed.next ?? '/', 303);
    } catch (error) {
      if (!(error instanceof Problem) || error.status >= 500) throw error;
      if (error.retryAfterSeconds !== undefined) void reply.header('retry-after', String(error.retryAfterSeconds));
      await this.show(request, reply, typed, formErrorsOf(error), error.status);
    }
  }

  @Post('sign-out')
  @May('own.session')
  async signOut(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const secret = request.cookies[sessionCookie(this.settings)];
    if (secret !== undefined) await this.sessions.end(secret);
    void reply.clearCookie(sessionCookie(this.settings), cookieOptions(this.settings));
    await reply.redirect('/sign-in', 303);
  }

  @Get('account')
  @May('own.session')
  async account(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.pages.render(reply, request, 'access/pages/account.njk', {
      title: 'Your account',
      session: request.session,
    });
  }

  private async show(
    request: FastifyRequest,
    reply: FastifyReply,
    typed: object,
    errors?: FormErrors,
    status = 200,
  ): Promise<void> {
    takeCsrfToken(request);
    const token = newSecret();
    void reply.setCookie(signInCookie(this.settings), token, cookieOptions(this.settings));
    const demo = this.settings.demo === 'off' ? undefined : { users: demoUsers, password: demoPassword };
    await this.pages.render(
      reply,
      request,
      'access/pages/sign-in.njk',
      { title: 'Sign in', token, typed, errors, demo, user: undefined, navigation: [] },
      status,
    );
  }
}

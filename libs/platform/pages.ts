import { Injectable } from '@nestjs/common';
import { HttpAdapterHost, ModuleRef } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { grantOf } from '../access/capabilities.js';
import '../access/request.js';
import { Sessions } from '../access/sessions.js';
import { formatClock } from '../nhs/date-words.js';
import { Clock } from './clock.js';
import { destinations, firstPages, type Destination } from './navigation.js';
import { titleOf, type Problem } from './problem.js';
import { Settings } from './settings.js';
import { createTemplates, markup } from './templates.js';

/** Whether an error or an answer should be a page: a browser asks, and not for the API. */
export const wantsPage = (request: FastifyRequest): boolean =>
  /\btext\/html\b/.test(request.headers.accept ?? '') &&
  !/^\/(?:api|fhir|assets|health|metrics)(?:\/|$|\?)/.test(request.url);

type Notice = (request: FastifyRequest) => Promise<string | undefined>;

/** Renders pages: Nunjucks with the NHS design system, in the layout every page shares. */
@Injectable()
export class Pages {
  private readonly templates;
  private readonly notices: Notice[] = [];

  constructor(
    private readonly settings: Settings,
    private readonly clock: Clock,
    private readonly modules: ModuleRef,
    private readonly adapter: HttpAdapterHost,
  ) {
    // Compiled once: compiling the design system's templates anew for every page costs hundreds of milliseconds.
    this.templates = createTemplates(false);
  }

  /** Something every page must say while it is so, e.g. which feed is late and since when. */
  addNotice(notice: Notice): void {
    this.notices.push(notice);
  }

  /** Renders `view` (a path below `libs`, e.g. `discharge/pages/huddle.njk`) and sends it. */
  async render(
    reply: FastifyReply,
    request: FastifyRequest,
    view: string,
    model: object = {},
    status = 200,
  ): Promise<void> {
    const html = this.templates.render(view, { ...(await this.surroundings(request)), ...model });
    await reply.code(status).type('text/html; charset=utf-8').header('cache-control', 'no-store').send(html);
  }

  /** An error, for people. Who is not signed in is led to the sign-in page and back. */
  async renderProblem(reply: FastifyReply, request: FastifyRequest, problem: Problem): Promise<void> {
    if (problem.status === 401) {
      const next = request.method === 'GET' ? `?next=${encodeURIComponent(request.url)}` : '';
      await reply.redirect(`/sign-in${next}`, 303);
      return;
    }
    await this.render(
      reply,
      request,
      'platform/pages/problem.njk',
      { problem, title: titleOf(problem.status) },
      problem.status,
    );
  }

  /** The pages this user may open, in the order of the menu; behind a proxy also those of the services beside this one. */
  destinationsOf(request: FastifyRequest): readonly Destination[] {
    const user = request.signedIn;
    if (!user) return [];
    const server: FastifyInstance = this.adapter.httpAdapter.getInstance();
    const behindProxy = this.settings.publicUrl !== undefined;
    return destinations
      .filter(
        ({ capability, href }) =>
          grantOf(user.role, capability, this.settings.demo !== 'off') !== undefined &&
          (behindProxy || server.hasRoute({ method: 'GET', url: href })),
      )
      .toSorted((a, b) => a.order - b.order);
  }

  /** Where `/` leads: the page a role begins its day with. */
  firstPageOf(request: FastifyRequest): string {
    const allowed = this.destinationsOf(request).map(({ href }) => href);
    const preferred = (firstPages[request.signedIn?.role ?? ''] ?? []).find((href) => allowed.includes(href));
    return preferred ?? allowed[0] ?? '/account';
  }

  private async surroundings(request: FastifyRequest): Promise<object> {
    const { session, signedIn: user } = request;
    const path = request.url.split('?')[0] ?? '/';
    const menu = this.destinationsOf(request);
    // The one that says most exactly where we are: `/operations/feeds` is not also "Operations".
    const here = menu
      .filter(({ href }) => path === href || path.startsWith(`${href}/`))
      .sort((a, b) => b.href.length - a.href.length)[0];
    const [flash, ...notices] = await Promise.all([
      session &&
        this.modules
          .get(Sessions, { strict: false })
          .takeFlash(session.sessionId)
          .catch(() => undefined),
      ...this.notices.map((notice) => notice(request).catch(() => undefined)),
    ]);
    return {
      user,
      path,
      flash,
      notices: notices.filter((notice) => notice !== undefined),
      navigation: menu.map(({ text, href }) => ({ text, href, current: path === href, active: here?.href === href })),
      council: this.settings.council,
      isDemo: this.settings.demo !== 'off',
      asOf: formatClock(this.clock.now()),
      now: this.clock.now(),
      csrfToken: session?.csrfToken,
      csrfField: () => markup(session ? `<input type="hidden" name="_csrf" value="${session.csrfToken}">` : ''),
    };
  }
}

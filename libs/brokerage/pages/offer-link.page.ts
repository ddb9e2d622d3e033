import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audit } from '#libs/access/audit.js';
import { Open } from '#libs/access/may.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { Clock } from '#libs/platform/clock.js';
import type { Form } from '#libs/platform/forms.js';
import { newId } from '#libs/platform/ids.js';
import { Problem } from '#libs/platform/problem.js';
import { isAwardedTo } from '../domain/market-view.js';
import { stageOf } from '../domain/request-state.js';
import { OfferLinks } from '../offer-link/offer-links.js';
import { RequestScope } from '../request-scope.js';
import type { LoadedRequest } from '../request-streams.js';
import type { Refused } from './form.js';
import { RequestActions } from './request-actions.js';
import { RequestPageView } from './request-page-view.js';

interface Visit {
  readonly found: LoadedRequest;
  readonly provider: SignedIn;
}

/** A provider's own page without an account: the signed link is what lets it in, to one request, for a while. */
@Controller('offers')
export class OfferLinkPage {
  constructor(
    private readonly links: OfferLinks,
    private readonly scope: RequestScope,
    private readonly actions: RequestActions,
    private readonly view: RequestPageView,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  @Get(':token')
  @Open('a signed, expiring link stands for the provider it was sent to')
  async show(@Param('token') token: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.render(token, await this.visit(token), request, reply);
  }

  @Post(':token/:action')
  @Open('a signed, expiring link stands for the provider it was sent to')
  async answer(
    @Param('token') token: string,
    @Param('action') action: string,
    @Body() form: Form,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const visit = await this.visit(token);
    const { provider, found } = visit;
    const { requestId } = stageOf(found.request);
    try {
      await this.actions.run('answer', { requestId, action, form, user: provider, context: this.contextOf(provider) });
      await reply.redirect(`/offers/${token}`, 303);
    } catch (problem) {
      if (!(problem instanceof Problem) || problem.status === 404) throw problem;
      await this.render(token, visit, request, reply, { form: action, typed: form, problem });
    }
  }

  /** @throws Problem 404 for a link that is not ours, 410 for one that has run out. */
  private async visit(token: string): Promise<Visit> {
    const link = this.links.read(token);
    if (link === 'expired') {
      throw new Problem(410, 'link.expired', 'This link has run out. Ask the broker who sent it for a new one.');
    }
    if (link === 'unknown')
      throw new Problem(404, 'link.unknown', 'This link does not lead anywhere. Check that it is whole.');
    const { requestId, providerId } = link;
    const provider: SignedIn = {
      userId: `link:${providerId}`,
      username: `link of ${providerId}`,
      role: 'provider',
      organisation: providerId,
      grant: 'own',
      via: 'link',
    };
    return { found: await this.scope.visible(provider, requestId), provider };
  }

  private async render(
    token: string,
    { found, provider }: Visit,
    request: FastifyRequest,
    reply: FastifyReply,
    refused?: Refused,
  ): Promise<void> {
    if (isAwardedTo(found.request, provider.organisation)) {
      const { caseId, personId } = stageOf(found.request);
      const personIds = personId === null ? [] : [personId];
      await this.audit.read({ user: provider, what: 'request', caseIds: [caseId], personIds });
    }
    reply.header('referrer-policy', 'no-referrer').header('x-robots-tag', 'noindex');
    const shown = refused ? { refused } : {};
    await this.view.renderMarket(found, provider.organisation, `/offers/${token}`, request, reply, shown);
  }

  private contextOf({ userId, role, organisation }: SignedIn): CommandContext {
    const actor = { id: userId, role, organisation };
    return { metadata: { correlationId: newId(), actor, source: 'link' }, occurredAt: this.clock.now() };
  }
}

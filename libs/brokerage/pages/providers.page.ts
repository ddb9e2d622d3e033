import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { May } from '#libs/access/may.js';
import { Sessions } from '#libs/access/sessions.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { commissioningStatuses, serviceTypes } from '#libs/contracts/brokerage/request-events.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer, problemOfRefusal } from '#libs/platform/answer.js';
import { Clock } from '#libs/platform/clock.js';
import { Context } from '#libs/platform/command-context.js';
import { heldTo, type Form } from '#libs/platform/forms.js';
import { Pages } from '#libs/platform/pages.js';
import { Problem } from '#libs/platform/problem.js';
import { ProviderStreams } from '../provider-streams.js';
import { ProviderList } from '../providers/provider-list.js';
import { providerView } from '../providers/provider-view.js';
import { providerNotFound } from '../refusals.js';
import { asOfIn, CapacityBody } from '../report-capacity/report-capacity.endpoint.js';
import { ReportCapacity } from '../report-capacity/report-capacity.js';
import { mustSpeakFor, ownProvider } from '../request-scope.js';
import { StatusBody } from '../set-provider-status/set-provider-status.endpoint.js';
import { SetProviderStatus } from '../set-provider-status/set-provider-status.js';
import { errorsOf, number, text, type Refused } from './form.js';
import { PageGrants } from './page-access.js';
import { choices, wordOf } from './words.js';

/** Providers with the age of their capacity and how they are commissioned (`screens.md` §3). */
@Controller('providers')
export class ProvidersPage {
  constructor(
    private readonly pages: Pages,
    private readonly list: ProviderList,
    private readonly streams: ProviderStreams,
    private readonly grants: PageGrants,
    private readonly commands: CommandBus,
    private readonly sessions: Sessions,
    private readonly clock: Clock,
  ) {}

  @Get()
  @May('provider.read')
  async all(@Signed() user: SignedIn, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const own = ownProvider(user);
    const providers = (await this.list.all()).filter((provider) => own === null || provider.providerId === own);
    await this.pages.render(reply, request, 'brokerage/pages/providers.njk', { title: 'Providers', providers, wordOf });
  }

  @Get(':id')
  @May('provider.read')
  one(
    @Param('id') providerId: string,
    @Signed() user: SignedIn,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.render(providerId, user, request, reply);
  }

  @Post(':id/capacity')
  @May('request.respond')
  capacity(
    @Param('id') providerId: string,
    @Body() form: Form,
    @Signed() user: SignedIn,
    @Context() context: CommandContext,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    mustSpeakFor(user, providerId);
    return this.submit({ form: 'capacity', typed: form }, providerId, user, request, reply, async () => {
      const body = await heldTo(CapacityBody, {
        serviceType: text(form, 'serviceType'),
        accepting: number(form, 'accepting'),
        asOf: text(form, 'asOf'),
      });
      const asOf = asOfIn(body.asOf, context, this.clock.now());
      answer(
        await this.commands.execute(new ReportCapacity(providerId, body.serviceType, body.accepting, asOf, context)),
      );
    });
  }

  @Post(':id/status')
  @May('request.source')
  status(
    @Param('id') providerId: string,
    @Body() form: Form,
    @Signed() user: SignedIn,
    @Context() context: CommandContext,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.submit({ form: 'status', typed: form }, providerId, user, request, reply, async () => {
      const { status, reason, from, to, referralsPerWeek } = await heldTo(StatusBody, {
        status: text(form, 'status'),
        reason: text(form, 'reason'),
        from: text(form, 'from'),
        to: text(form, 'to'),
        referralsPerWeek: number(form, 'referralsPerWeek'),
      });
      const given = { status, reason, from, to: to ?? null, referralsPerWeek: referralsPerWeek ?? null };
      answer(await this.commands.execute(new SetProviderStatus(providerId, given, context)));
    });
  }

  private async submit(
    { form, typed }: Omit<Refused, 'problem'>,
    providerId: string,
    user: SignedIn,
    request: FastifyRequest,
    reply: FastifyReply,
    work: () => Promise<void>,
  ): Promise<void> {
    try {
      await work();
      if (request.session) await this.sessions.flash(request.session.sessionId, 'Saved.');
      await reply.redirect(`/providers/${providerId}`, 303);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      await this.render(providerId, user, request, reply, { form, typed, problem });
    }
  }

  private async render(
    providerId: string,
    user: SignedIn,
    request: FastifyRequest,
    reply: FastifyReply,
    refused?: Refused,
  ): Promise<void> {
    const own = ownProvider(user);
    const provider = own === null || own === providerId ? await this.streams.load(providerId) : null;
    if (!provider) throw problemOfRefusal(providerNotFound(providerId));
    const typedIn = (form: string): Form => (refused?.form === form ? refused.typed : {});
    await this.pages.render(
      reply,
      request,
      'brokerage/pages/provider.njk',
      {
        title: provider.details.name,
        provider: providerView(provider, this.streams.today()),
        today: this.streams.today(),
        services: choices(serviceTypes, typedIn('capacity')['serviceType']),
        statuses: choices(commissioningStatuses, typedIn('status')['status']),
        typed: { capacity: typedIn('capacity'), status: typedIn('status') },
        may: this.grants.of(user),
        wordOf,
        ...(refused ? { errors: errorsOf(refused) } : {}),
      },
      refused?.problem.status ?? 200,
    );
  }
}

import { Injectable } from '@nestjs/common';
import { CommandBus, type Command } from '@nestjs/cqrs';
import { scopeOf } from '#libs/access/scope.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import { londonDate } from '#libs/nhs/civil-date.js';
import { PeopleVault } from '#libs/people/port.js';
import { answer } from '#libs/platform/answer.js';
import { heldTo, textsIn, type Form } from '#libs/platform/forms.js';
import { Problem } from '#libs/platform/problem.js';
import { ReceiptBody } from '../acknowledge-withdrawal/acknowledge-withdrawal.endpoint.js';
import { AcknowledgeWithdrawal } from '../acknowledge-withdrawal/acknowledge-withdrawal.js';
import { ApproveBody } from '../approve-request/approve-request.endpoint.js';
import { ApproveRequest } from '../approve-request/approve-request.js';
import { AwardBody } from '../award-placement/award-placement.endpoint.js';
import { AwardPlacement } from '../award-placement/award-placement.js';
import { ClaimRequest } from '../claim-request/claim-request.js';
import { CompleteRequest } from '../complete-request/complete-request.js';
import { stageOf } from '../domain/request-state.js';
import { ReasonBody } from '../fail-placement/fail-placement.endpoint.js';
import { FailPlacement } from '../fail-placement/fail-placement.js';
import { OfferBody } from '../receive-offer/receive-offer.endpoint.js';
import { ReceiveOffer } from '../receive-offer/receive-offer.js';
import { reasonOf, ResponseBody } from '../record-response/record-response.endpoint.js';
import { RecordResponse } from '../record-response/record-response.js';
import { RequestScope } from '../request-scope.js';
import { SendBody } from '../send-to-providers/send-to-providers.endpoint.js';
import { SendToProviders } from '../send-to-providers/send-to-providers.js';
import { ApproveOffer, SettleOffer } from '../settle-offer/settle-offer.js';
import { StartPlacement } from '../start-placement/start-placement.js';
import { StartBody } from '../start-placement/start-placement.endpoint.js';
import { WithdrawRequest } from '../withdraw-request/withdraw-request.js';
import { number, text } from './form.js';
import { detailsFromForm } from './request-form.js';

export type ActionGroup = 'ask' | 'source' | 'answer';
export interface Action {
  readonly requestId: string;
  readonly action: string;
  readonly form: Form;
  readonly user: SignedIn;
  readonly context: CommandContext;
}
type AnyCommand = Command<Executed<unknown>>;
/** The command of a form, and what to say when it is done. */
type Step = readonly [AnyCommand, string];

/** The forms of a request as commands: the same DTOs and the same commands as the API's. */
@Injectable()
export class RequestActions {
  constructor(
    private readonly commands: CommandBus,
    private readonly scope: RequestScope,
    private readonly vault: PeopleVault,
  ) {}

  /** Runs the action and says what was done. @throws Problem when it is refused. */
  async run(group: ActionGroup, action: Action): Promise<string> {
    const [command, said] = await this[group](action);
    answer(await this.commands.execute(command));
    return said;
  }

  private async ask({ requestId, action, form, user, context }: Action): Promise<Step> {
    switch (action) {
      case 'complete': {
        const found = await this.scope.visible(user, requestId);
        const before = await this.vault.open(stageOf(found.request).details.needs);
        const details = await detailsFromForm(form, before);
        return [new CompleteRequest(requestId, details, user.userId, context), 'The request is complete.'];
      }
      case 'approve': {
        const { approver } = await heldTo(ApproveBody, { approver: text(form, 'approver') });
        return [
          new ApproveRequest(requestId, approver, user.userId, context),
          'The request is approved; its clock runs.',
        ];
      }
      case 'withdraw': {
        const { reason } = await heldTo(ReasonBody, { reason: text(form, 'reason') });
        return [new WithdrawRequest(requestId, reason, context), 'The request is withdrawn.'];
      }
      case 'approve-offer': {
        const { approver } = await heldTo(ApproveBody, { approver: text(form, 'approver') });
        const offerId = text(form, 'offerId') ?? '';
        return [new ApproveOffer(requestId, offerId, approver, user.userId, context), 'The price is approved.'];
      }
      default:
        throw Problem.notFound('This form');
    }
  }

  private async source({ requestId, action, form, user, context }: Action): Promise<Step> {
    const broker = user.userId;
    switch (action) {
      case 'claim':
        return [new ClaimRequest(requestId, 'claim', broker, context), 'You hold this request.'];
      case 'release':
        return [new ClaimRequest(requestId, 'release', broker, context), 'The request is handed back.'];
      case 'send': {
        const fields = { providerIds: textsIn(form, 'providerIds'), wave: number(form, 'wave') };
        const { providerIds, wave } = await heldTo(SendBody, fields);
        return [new SendToProviders(requestId, providerIds, wave, broker, context), 'The providers were asked.'];
      }
      case 'award': {
        const choice = text(form, 'familyChoice');
        const { offerId, reason, familyChoice } = await heldTo(AwardBody, {
          offerId: text(form, 'offerId'),
          reason: text(form, 'reason'),
          familyChoice: choice === undefined ? undefined : choice === 'yes',
        });
        const award = { offerId, reason, familyChoice: familyChoice ?? null, broker };
        return [new AwardPlacement(requestId, award, context), 'The placement is awarded.'];
      }
      case 'start': {
        const { startedOn } = await heldTo(StartBody, { startedOn: text(form, 'startedOn') });
        const today = londonDate(context.occurredAt);
        if (startedOn !== undefined && startedOn > today) {
          throw Problem.invalidField('startedOn', 'must not lie in the future');
        }
        return [
          new StartPlacement(requestId, startedOn ?? today, broker, context),
          'The start of the care is recorded.',
        ];
      }
      case 'fail': {
        const { reason } = await heldTo(ReasonBody, { reason: text(form, 'reason') });
        return [new FailPlacement(requestId, reason, broker, context), 'The failure is recorded; sourcing goes on.'];
      }
      default:
        throw Problem.notFound('This form');
    }
  }

  private async answer({ requestId, action, form, user, context }: Action): Promise<Step> {
    const providerId = scopeOf(user) ?? text(form, 'providerId');
    switch (action) {
      case 'respond': {
        const fields = { providerId, response: text(form, 'response'), reason: text(form, 'reason') };
        const body = await heldTo(ResponseBody, fields);
        await this.scope.asProvider(user, requestId, body.providerId);
        const command = new RecordResponse(requestId, body.providerId, body.response, reasonOf(body), context);
        return [command, 'The answer is recorded.'];
      }
      case 'offer': {
        const body = await heldTo(OfferBody, {
          providerId,
          canStartOn: text(form, 'canStartOn'),
          weeklyPrice: number(form, 'weeklyPrice'),
          notes: text(form, 'notes'),
        });
        await this.scope.asProvider(user, requestId, body.providerId);
        const { canStartOn, weeklyPrice, notes } = body;
        const terms = { providerId: body.providerId, canStartOn, weeklyPrice, notes: notes ?? null };
        return [new ReceiveOffer(requestId, terms, context), 'The offer is recorded, provisionally.'];
      }
      case 'confirm-offer':
      case 'withdraw-offer': {
        const offerId = text(form, 'offerId') ?? '';
        await this.scope.withOffer(user, requestId, offerId);
        const what = action === 'confirm-offer' ? 'confirm' : 'withdraw';
        const said = what === 'confirm' ? 'The offer is confirmed.' : 'The offer is withdrawn.';
        return [new SettleOffer(requestId, offerId, what, context), said];
      }
      case 'acknowledge': {
        const fields = { providerId, acknowledgedBy: text(form, 'acknowledgedBy') };
        const body = await heldTo(ReceiptBody, fields);
        await this.scope.asProvider(user, requestId, body.providerId);
        const command = new AcknowledgeWithdrawal(requestId, body.providerId, body.acknowledgedBy, context);
        return [command, 'The receipt is recorded.'];
      }
      default:
        throw Problem.notFound('This form');
    }
  }
}

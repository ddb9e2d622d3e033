import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#libs/event-store/decider.js';
import { CaseCommands, type CaseDone } from '../case-commands.js';

/** The referral is taken back. */
export class WithdrawReferral extends Command<CaseDone> {
  constructor(
    readonly caseId: string,
    readonly reason: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(WithdrawReferral)
export class WithdrawReferralHandler implements ICommandHandler<WithdrawReferral, CaseDone> {
  constructor(private readonly cases: CaseCommands) {}

  execute({ caseId, reason, context }: WithdrawReferral): Promise<CaseDone> {
    return this.cases.run(caseId, { act: 'withdraw', reason }, context);
  }
}

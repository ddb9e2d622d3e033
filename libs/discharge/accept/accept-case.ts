import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#libs/event-store/decider.js';
import { CaseCommands, type CaseDone } from '../case-commands.js';

/** The team takes the referral on. */
export class AcceptCase extends Command<CaseDone> {
  constructor(
    readonly caseId: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(AcceptCase)
export class AcceptCaseHandler implements ICommandHandler<AcceptCase, CaseDone> {
  constructor(private readonly cases: CaseCommands) {}

  execute({ caseId, context }: AcceptCase): Promise<CaseDone> {
    return this.cases.run(caseId, { act: 'accept' }, context);
  }
}

import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#libs/event-store/decider.js';
import { CaseCommands, type CaseDone } from '../case-commands.js';

/** An action is done. */
export class CompleteAction extends Command<CaseDone> {
  constructor(
    readonly caseId: string,
    readonly actionId: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(CompleteAction)
export class CompleteActionHandler implements ICommandHandler<CompleteAction, CaseDone> {
  constructor(private readonly cases: CaseCommands) {}

  execute({ caseId, actionId, context }: CompleteAction): Promise<CaseDone> {
    return this.cases.run(caseId, { act: 'complete-action', actionId }, context);
  }
}

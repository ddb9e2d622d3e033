import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#libs/event-store/decider.js';
import { CaseCommands, type CaseDone } from '../case-commands.js';

/** The case is closed, in hospital too. */
export class CloseCase extends Command<CaseDone> {
  constructor(
    readonly caseId: string,
    readonly reason: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(CloseCase)
export class CloseCaseHandler implements ICommandHandler<CloseCase, CaseDone> {
  constructor(private readonly cases: CaseCommands) {}

  execute({ caseId, reason, context }: CloseCase): Promise<CaseDone> {
    return this.cases.run(caseId, { act: 'close', reason }, context);
  }
}

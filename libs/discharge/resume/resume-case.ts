import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#libs/event-store/decider.js';
import { CaseCommands, type CaseDone } from '../case-commands.js';

/** The pause by hand is over. */
export class ResumeCase extends Command<CaseDone> {
  constructor(
    readonly caseId: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ResumeCase)
export class ResumeCaseHandler implements ICommandHandler<ResumeCase, CaseDone> {
  constructor(private readonly cases: CaseCommands) {}

  execute({ caseId, context }: ResumeCase): Promise<CaseDone> {
    return this.cases.run(caseId, { act: 'resume' }, context);
  }
}

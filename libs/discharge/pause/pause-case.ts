import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#libs/event-store/decider.js';
import { CaseCommands, type CaseDone } from '../case-commands.js';

/** A pause by hand: only a hand lifts it. */
export class PauseCase extends Command<CaseDone> {
  constructor(
    readonly caseId: string,
    readonly reason: string | null,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(PauseCase)
export class PauseCaseHandler implements ICommandHandler<PauseCase, CaseDone> {
  constructor(private readonly cases: CaseCommands) {}

  execute({ caseId, reason, context }: PauseCase): Promise<CaseDone> {
    return this.cases.run(caseId, { act: 'pause', reason }, context);
  }
}

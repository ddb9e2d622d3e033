import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#libs/event-store/decider.js';
import { CaseCommands, type CaseDone } from '../case-commands.js';

/** The wait is over. */
export class EndDelay extends Command<CaseDone> {
  constructor(
    readonly caseId: string,
    readonly delayId: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(EndDelay)
export class EndDelayHandler implements ICommandHandler<EndDelay, CaseDone> {
  constructor(private readonly cases: CaseCommands) {}

  execute({ caseId, delayId, context }: EndDelay): Promise<CaseDone> {
    return this.cases.run(caseId, { act: 'end-delay', delayId }, context);
  }
}

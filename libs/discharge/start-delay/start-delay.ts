import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#libs/event-store/decider.js';
import { CaseCommands, type CaseDone } from '../case-commands.js';
import type { CommandOf } from '../domain/case-command.js';

/** The person waits for one of the 37 reasons. */
export class StartDelay extends Command<CaseDone> {
  constructor(
    readonly caseId: string,
    readonly data: CommandOf<'start-delay'>['data'],
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(StartDelay)
export class StartDelayHandler implements ICommandHandler<StartDelay, CaseDone> {
  constructor(private readonly cases: CaseCommands) {}

  execute({ caseId, data, context }: StartDelay): Promise<CaseDone> {
    return this.cases.runInformed(caseId, (known) => ({ act: 'start-delay', data, known }), context);
  }
}

import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#libs/event-store/decider.js';
import { CaseCommands, type CaseDone } from '../case-commands.js';
import type { CommandOf } from '../domain/case-command.js';

/** The case goes up the ladder. */
export class EscalateCase extends Command<CaseDone> {
  constructor(
    readonly caseId: string,
    readonly data: CommandOf<'escalate'>['data'],
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(EscalateCase)
export class EscalateCaseHandler implements ICommandHandler<EscalateCase, CaseDone> {
  constructor(private readonly cases: CaseCommands) {}

  execute({ caseId, data, context }: EscalateCase): Promise<CaseDone> {
    return this.cases.run(caseId, { act: 'escalate', data }, context);
  }
}

import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#libs/event-store/decider.js';
import { CaseCommands, type CaseDone } from '../case-commands.js';
import type { CommandOf } from '../domain/case-command.js';

/** Somebody has something to do. */
export class RaiseAction extends Command<CaseDone> {
  constructor(
    readonly caseId: string,
    readonly data: CommandOf<'raise-action'>['data'],
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(RaiseAction)
export class RaiseActionHandler implements ICommandHandler<RaiseAction, CaseDone> {
  constructor(private readonly cases: CaseCommands) {}

  execute({ caseId, data, context }: RaiseAction): Promise<CaseDone> {
    return this.cases.run(caseId, { act: 'raise-action', data }, context);
  }
}

import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#libs/event-store/decider.js';
import { CaseCommands, type CaseDone } from '../case-commands.js';
import type { CommandOf } from '../domain/case-command.js';

/** Choice of care was discussed. */
export class DiscussChoice extends Command<CaseDone> {
  constructor(
    readonly caseId: string,
    readonly data: CommandOf<'discuss-choice'>['data'],
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(DiscussChoice)
export class DiscussChoiceHandler implements ICommandHandler<DiscussChoice, CaseDone> {
  constructor(private readonly cases: CaseCommands) {}

  execute({ caseId, data, context }: DiscussChoice): Promise<CaseDone> {
    return this.cases.run(caseId, { act: 'discuss-choice', data }, context);
  }
}

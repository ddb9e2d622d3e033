import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#libs/event-store/decider.js';
import { CaseCommands, type CaseDone } from '../case-commands.js';
import type { CommandOf } from '../domain/case-command.js';

/** How the person and their carer were involved (Care Act s.74, domain.md §5.1). */
export class RecordInvolvement extends Command<CaseDone> {
  constructor(
    readonly caseId: string,
    readonly data: CommandOf<'record-involvement'>['data'],
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(RecordInvolvement)
export class RecordInvolvementHandler implements ICommandHandler<RecordInvolvement, CaseDone> {
  constructor(private readonly cases: CaseCommands) {}

  execute({ caseId, data, context }: RecordInvolvement): Promise<CaseDone> {
    return this.cases.run(caseId, { act: 'record-involvement', data }, context);
  }
}

import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#libs/event-store/decider.js';
import { CaseCommands, type CaseDone } from '../case-commands.js';
import type { CommandOf } from '../domain/case-command.js';

/** Whether the person meets the criteria to reside: a clinical fact, recorded and never computed. */
export class RecordCriteria extends Command<CaseDone> {
  constructor(
    readonly caseId: string,
    readonly data: CommandOf<'record-criteria'>['data'],
    readonly context: CommandContext,
    readonly onlyHospital?: string,
  ) {
    super();
  }
}

@CommandHandler(RecordCriteria)
export class RecordCriteriaHandler implements ICommandHandler<RecordCriteria, CaseDone> {
  constructor(private readonly cases: CaseCommands) {}

  execute({ caseId, data, context, onlyHospital }: RecordCriteria): Promise<CaseDone> {
    return this.cases.runInformed(caseId, (known) => ({ act: 'record-criteria', data, known }), context, onlyHospital);
  }
}

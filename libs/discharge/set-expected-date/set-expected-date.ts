import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#libs/event-store/decider.js';
import { CaseCommands, type CaseDone } from '../case-commands.js';
import type { CommandOf } from '../domain/case-command.js';

/** The team sets the expected discharge date; null clears it. */
export class SetExpectedDate extends Command<CaseDone> {
  constructor(
    readonly caseId: string,
    readonly data: CommandOf<'set-expected-date'>['data'],
    readonly context: CommandContext,
    readonly onlyHospital?: string,
  ) {
    super();
  }
}

@CommandHandler(SetExpectedDate)
export class SetExpectedDateHandler implements ICommandHandler<SetExpectedDate, CaseDone> {
  constructor(private readonly cases: CaseCommands) {}

  execute({ caseId, data, context, onlyHospital }: SetExpectedDate): Promise<CaseDone> {
    return this.cases.run(caseId, { act: 'set-expected-date', data }, context, onlyHospital);
  }
}

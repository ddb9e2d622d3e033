import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#libs/event-store/decider.js';
import { CaseCommands, type CaseDone } from '../case-commands.js';

/** The team says that the person left; ward news normally does this, and overrides it. */
export class DischargeCase extends Command<CaseDone> {
  constructor(
    readonly caseId: string,
    readonly destinationCode: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(DischargeCase)
export class DischargeCaseHandler implements ICommandHandler<DischargeCase, CaseDone> {
  constructor(private readonly cases: CaseCommands) {}

  execute({ caseId, destinationCode, context }: DischargeCase): Promise<CaseDone> {
    return this.cases.run(caseId, { act: 'discharge-by-hand', destinationCode }, context);
  }
}

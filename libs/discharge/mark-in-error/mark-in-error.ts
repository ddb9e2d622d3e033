import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#libs/event-store/decider.js';
import { CaseCommands, type CaseDone } from '../case-commands.js';

/** An entry was a mistake: the fact stays in the log and stops counting. */
export class MarkInError extends Command<CaseDone> {
  constructor(
    readonly caseId: string,
    readonly eventId: string,
    readonly reason: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(MarkInError)
export class MarkInErrorHandler implements ICommandHandler<MarkInError, CaseDone> {
  constructor(private readonly cases: CaseCommands) {}

  async execute({ caseId, eventId, reason, context }: MarkInError): Promise<CaseDone> {
    const wardCriteria = await this.cases.wardCriteria(caseId);
    return this.cases.run(caseId, { act: 'mark-in-error', eventId, reason, wardCriteria }, context);
  }
}

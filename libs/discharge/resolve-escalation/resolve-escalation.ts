import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#libs/event-store/decider.js';
import { CaseCommands, type CaseDone } from '../case-commands.js';

/** An escalation is settled. */
export class ResolveEscalation extends Command<CaseDone> {
  constructor(
    readonly caseId: string,
    readonly escalationId: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ResolveEscalation)
export class ResolveEscalationHandler implements ICommandHandler<ResolveEscalation, CaseDone> {
  constructor(private readonly cases: CaseCommands) {}

  execute({ caseId, escalationId, context }: ResolveEscalation): Promise<CaseDone> {
    return this.cases.run(caseId, { act: 'resolve-escalation', escalationId }, context);
  }
}

import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#libs/event-store/decider.js';
import { CaseCommands, type CaseDone } from '../case-commands.js';
import type { CommandOf } from '../domain/case-command.js';

/** A discharge-to-assess pathway is agreed, or agreed anew; the history stays. */
export class AssignPathway extends Command<CaseDone> {
  constructor(
    readonly caseId: string,
    readonly data: CommandOf<'assign-pathway'>['data'],
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(AssignPathway)
export class AssignPathwayHandler implements ICommandHandler<AssignPathway, CaseDone> {
  constructor(private readonly cases: CaseCommands) {}

  execute({ caseId, data, context }: AssignPathway): Promise<CaseDone> {
    return this.cases.run(caseId, { act: 'assign-pathway', data }, context);
  }
}

import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#libs/event-store/decider.js';
import { CaseCommands, type CaseDone } from '../case-commands.js';
import type { CommandOf } from '../domain/case-command.js';

/** A carer was offered an assessment. */
export class OfferCarersAssessment extends Command<CaseDone> {
  constructor(
    readonly caseId: string,
    readonly data: CommandOf<'offer-carers-assessment'>['data'],
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(OfferCarersAssessment)
export class OfferCarersAssessmentHandler implements ICommandHandler<OfferCarersAssessment, CaseDone> {
  constructor(private readonly cases: CaseCommands) {}

  execute({ caseId, data, context }: OfferCarersAssessment): Promise<CaseDone> {
    return this.cases.run(caseId, { act: 'offer-carers-assessment', data }, context);
  }
}

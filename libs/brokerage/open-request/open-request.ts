import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { RequestDetails } from '#libs/contracts/brokerage/request-events.js';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import { newId } from '#libs/platform/ids.js';
import { CaseCourses } from '../case-courses.js';
import type { RequestState } from '../domain/request-state.js';
import { InterimRequests } from '../interim-requests.js';
import { caseNotFound, caseNotOpen } from '../refusals.js';
import { RequestStreams } from '../request-streams.js';

/** Asks for care on a case, as a draft. */
export class OpenRequest extends Command<Executed<RequestState>> {
  constructor(
    readonly caseId: string,
    readonly details: RequestDetails,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(OpenRequest)
export class OpenRequestHandler implements ICommandHandler<OpenRequest> {
  constructor(
    private readonly cases: CaseCourses,
    private readonly requests: RequestStreams,
    private readonly interims: InterimRequests,
  ) {}

  async execute({ caseId, details, context }: OpenRequest): Promise<Executed<RequestState>> {
    const course = await this.cases.load(caseId);
    if (!course) return caseNotFound;
    if (course.ended) return { ...caseNotOpen, details: { caseId } };
    const refused = await this.interims.refusal(details.interimFor, caseId);
    if (refused) return refused;
    return this.requests.run(newId(), { type: 'open', caseId, by: 'hand', details }, context, {
      ...(course.personId === null ? {} : { personId: course.personId }),
    });
  }
}

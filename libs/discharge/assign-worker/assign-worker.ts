import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UserDirectory, type User } from '#libs/access/users.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { CaseCommands, type CaseDone } from '../case-commands.js';
import { refuse } from '../domain/refusals.js';

/** A worker, named by their username, owns the case from now on. */
export class AssignWorker extends Command<CaseDone> {
  constructor(
    readonly caseId: string,
    readonly worker: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/** A case is owned by somebody of the council or its partners, not by a provider or a machine. */
const mayOwn = ({ role, disabled }: User): boolean => !disabled && role !== 'provider' && role !== 'feed';

const unknownWorker = {
  ...refuse('worker.unknown', 'worker must be the username of somebody who can own a case.', 'invalid'),
  details: { errors: [{ field: 'worker', message: 'must be the username of somebody who can own a case' }] },
};

@CommandHandler(AssignWorker)
export class AssignWorkerHandler implements ICommandHandler<AssignWorker, CaseDone> {
  constructor(
    private readonly cases: CaseCommands,
    private readonly users: UserDirectory,
  ) {}

  async execute({ caseId, worker, context }: AssignWorker): Promise<CaseDone> {
    const user = await this.users.byUsername(worker);
    if (!user || !mayOwn(user)) return unknownWorker;
    const data = { worker: user.username, organisation: user.organisation };
    return this.cases.run(caseId, { act: 'assign-worker', data }, context);
  }
}

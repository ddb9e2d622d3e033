import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import { execute } from '#libs/event-store/decider.js';
import { EventStore } from '#libs/event-store/port.js';
import { newId } from '#libs/platform/ids.js';
import { huddleDecider, type Huddle } from './domain/huddle.js';

export type HuddleDone = Executed<Huddle>;

export class StartHuddle extends Command<HuddleDone> {
  constructor(
    readonly hospital: string | null,
    readonly context: CommandContext,
  ) {
    super();
  }
}

export class ReviewCase extends Command<HuddleDone> {
  constructor(
    readonly huddleId: string,
    readonly review: { readonly caseId: string; readonly decision: string; readonly note: string | null },
    readonly context: CommandContext,
  ) {
    super();
  }
}

export class FinishHuddle extends Command<HuddleDone> {
  constructor(
    readonly huddleId: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}

const streamOf = (huddleId: string): string => `huddle-${huddleId}`;

@CommandHandler(StartHuddle)
export class StartHuddleHandler implements ICommandHandler<StartHuddle> {
  constructor(private readonly store: EventStore) {}

  execute({ hospital, context }: StartHuddle): Promise<HuddleDone> {
    const id = newId();
    return execute({
      store: this.store,
      decider: huddleDecider,
      streamId: streamOf(id),
      id,
      command: { type: 'start', hospital },
      context,
      expected: 'no-stream',
    });
  }
}

@CommandHandler(ReviewCase)
export class ReviewCaseHandler implements ICommandHandler<ReviewCase> {
  constructor(private readonly store: EventStore) {}

  async execute({ huddleId, review, context }: ReviewCase): Promise<HuddleDone> {
    const found = await this.find(review.caseId);
    return execute({
      store: this.store,
      decider: huddleDecider,
      streamId: streamOf(huddleId),
      id: huddleId,
      // What is said in a huddle is about a person: it is sealed under that person's key.
      ...(found ? { personId: found.personId } : {}),
      command: { type: 'review', found, decision: review.decision, note: review.note },
      context,
    });
  }

  private async find(caseId: string) {
    const [referral] = await this.store.readStream(`case-${caseId}`);
    const hospital = referral?.data['hospital'];
    return referral?.personId !== undefined && typeof hospital === 'string'
      ? { caseId, personId: referral.personId, hospital }
      : null;
  }
}

@CommandHandler(FinishHuddle)
export class FinishHuddleHandler implements ICommandHandler<FinishHuddle> {
  constructor(private readonly store: EventStore) {}

  execute({ huddleId, context }: FinishHuddle): Promise<HuddleDone> {
    return execute({
      store: this.store,
      decider: huddleDecider,
      streamId: streamOf(huddleId),
      id: huddleId,
      command: { type: 'finish' },
      context,
    });
  }
}

export const huddleHandlers = [StartHuddleHandler, ReviewCaseHandler, FinishHuddleHandler];

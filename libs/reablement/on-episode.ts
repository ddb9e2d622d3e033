import { Injectable } from '@nestjs/common';
import { execute, type CommandContext, type Executed } from '#libs/event-store/decider.js';
import { EventStore } from '#libs/event-store/port.js';
import { episodeDecider, type Episode, type EpisodeCommand } from './domain/episode.js';
import { checkDecider, type Check, type CheckCommand } from './domain/check.js';
import { KnownCase } from './known-case.js';

/** Runs a command on an episode that is there. */
@Injectable()
export class OnEpisode {
  constructor(
    private readonly store: EventStore,
    private readonly cases: KnownCase,
  ) {}

  async run(episodeId: string, command: EpisodeCommand, context: CommandContext): Promise<Executed<Episode>> {
    const personId = await this.cases.personOf('episode', episodeId);
    return execute({
      store: this.store,
      decider: episodeDecider,
      streamId: `reablement-${episodeId}`,
      id: episodeId,
      personId,
      command,
      context,
    });
  }
}

/** Runs a command on a check that is there. */
@Injectable()
export class OnCheck {
  constructor(
    private readonly store: EventStore,
    private readonly cases: KnownCase,
  ) {}

  async run(checkId: string, command: CheckCommand, context: CommandContext): Promise<Executed<Check>> {
    const personId = await this.cases.personOf('check', checkId);
    return execute({
      store: this.store,
      decider: checkDecider,
      streamId: `check-${checkId}`,
      id: checkId,
      personId,
      command,
      context,
    });
  }
}

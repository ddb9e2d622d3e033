import { Injectable } from '@nestjs/common';
import type { RequestEvent } from '#libs/contracts/brokerage/request-events.js';
import { execute, type CommandContext, type Executed, type Recorded } from '#libs/event-store/decider.js';
import { EventStore, type StoredEvent } from '#libs/event-store/port.js';
import { requestDecider } from './domain/request.js';
import type { RequestCommand } from './domain/request-commands.js';
import { isOpened, stageOf, type PlacementRequest, type RequestState } from './domain/request-state.js';

export const requestStream = (requestId: string): string => `request-${requestId}`;

export interface LoadedRequest {
  readonly request: PlacementRequest;
  readonly revision: number;
  readonly events: readonly StoredEvent[];
}

/** What is in the log was checked against its contract when it was appended; the stream says which contracts these are. */
export const asRequestEvents = (events: readonly StoredEvent[]): readonly Recorded<RequestEvent>[] =>
  events as readonly unknown[] as readonly Recorded<RequestEvent>[];

export interface RunOptions {
  /** The id the caller gets back; the request's own when left out. */
  readonly id?: string;
  readonly personId?: string;
  readonly retries?: number;
}

/** Placement requests in the log: read, and commanded through their decider. */
@Injectable()
export class RequestStreams {
  constructor(private readonly store: EventStore) {}

  async load(requestId: string): Promise<LoadedRequest | null> {
    const events = await this.store.readStream(requestStream(requestId));
    const state = asRequestEvents(events).reduce<RequestState>(requestDecider.evolve, requestDecider.initialState);
    return isOpened(state) ? { request: state, revision: events.at(-1)?.revision ?? 0, events } : null;
  }

  run(
    requestId: string,
    command: RequestCommand,
    context: CommandContext,
    options: RunOptions = {},
  ): Promise<Executed<RequestState>> {
    return execute({
      store: this.store,
      decider: requestDecider,
      streamId: requestStream(requestId),
      id: options.id ?? requestId,
      personId: options.personId ?? ((state) => (isOpened(state) ? (stageOf(state).personId ?? undefined) : undefined)),
      command,
      context,
      ...(options.retries === undefined ? {} : { retries: options.retries }),
    });
  }
}

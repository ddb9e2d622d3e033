import { Injectable } from '@nestjs/common';
import { execute, type CommandContext, type Executed, type Refusal } from '#libs/event-store/decider.js';
import { EventStore } from '#libs/event-store/port.js';
import { EventFeed } from '#libs/event-feed/port.js';
import { Clock } from '#libs/platform/clock.js';
import { caseDecider } from './domain/case-decider.js';
import type { CaseAct, KnownNow } from './domain/case-command.js';
import type { CaseRecord } from './domain/case-state.js';
import { stayOf } from './domain/wanted.js';
import { PersonRecords } from './person-facts/person-records.js';
import { staysConsumer } from './stays/stays.projection.js';

export type CaseDone = Executed<CaseRecord>;

const behind: Refusal = {
  ok: false,
  kind: 'unavailable',
  code: 'stays.behind',
  message: 'The newest ward messages are not taken in yet. Try again.',
};

/** Runs what somebody wants of a case that is there. */
@Injectable()
export class CaseCommands {
  constructor(
    private readonly store: EventStore,
    private readonly feed: EventFeed,
    private readonly records: PersonRecords,
    private readonly clock: Clock,
  ) {}

  run(caseId: string, act: CaseAct, context: CommandContext, onlyHospital?: string): Promise<CaseDone> {
    return execute({
      store: this.store,
      decider: caseDecider,
      streamId: `case-${caseId}`,
      id: caseId,
      personId: ({ state }) => (state.status === 'none' ? undefined : state.body.personId),
      command: { ...act, at: context.occurredAt, ...(onlyHospital === undefined ? {} : { onlyHospital }) },
      context,
    });
  }

  /** The same for what is judged by the newest the ward said: waits until that is taken in. */
  async runInformed(
    caseId: string,
    act: (known: KnownNow) => CaseAct,
    context: CommandContext,
    onlyHospital?: string,
  ): Promise<CaseDone> {
    if (!(await this.feed.caughtUp([staysConsumer]))) return behind;
    return this.run(caseId, act(await this.known(caseId)), context, onlyHospital);
  }

  /** What the ward and the person's records say of a case now. */
  async known(caseId: string): Promise<KnownNow> {
    const { state } = await this.records.caseRecord(caseId);
    const facts =
      state.status === 'none'
        ? { stays: new Map(), deaths: [], cases: [] }
        : await this.records.factsOf(await this.records.index(state.body.personId));
    return { facts, now: this.clock.now() };
  }

  /** The criteria entries of the ward that belong to a case: the team may mark them in error too. */
  async wardCriteria(caseId: string): Promise<readonly string[]> {
    const { state } = await this.records.caseRecord(caseId);
    if (state.status === 'none') return [];
    const { facts } = await this.known(caseId);
    return stayOf(state.body, facts)?.block.criteria.map(({ eventId }) => eventId) ?? [];
  }
}

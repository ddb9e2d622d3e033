import { Injectable } from '@nestjs/common';
import { UserDirectory } from '#libs/access/users.js';
import { PeopleVault } from '#libs/people/port.js';
import { Clock } from '#libs/platform/clock.js';
import { BrokerageSettings } from '../brokerage-settings.js';
import { CaseCourses, factsOf } from '../case-courses.js';
import { offersShown } from '../domain/market-view.js';
import { stageOf } from '../domain/request-state.js';
import { courseOf } from '../domain/case-course.js';
import { queueRow } from '../request-queue/queue-row.js';
import type { LoadedRequest } from '../request-streams.js';
import { historyOf } from './history.js';

/** A request with all that brokerage knows of it, personal fields opened. Folded from the log at the moment of reading. */
@Injectable()
export class RequestViews {
  constructor(
    private readonly vault: PeopleVault,
    private readonly users: UserDirectory,
    private readonly cases: CaseCourses,
    private readonly settings: BrokerageSettings,
    private readonly clock: Clock,
  ) {}

  async view({ request, revision, events }: LoadedRequest) {
    const stage = stageOf(request);
    const facts = factsOf(await this.cases.read(stage.caseId));
    const updatedAt = events.at(-1)?.recordedAt ?? stage.openedAt;
    const { counts: _counts, ...row } = queueRow(
      request,
      facts,
      this.settings.targetHours,
      this.clock.now(),
      updatedAt,
    );
    const userIds = [stage.broker, ...events.map((event) => event.metadata.actor.id)].filter((id) => id !== null);
    const users = await this.users.byIds([...new Set(userIds)]);
    const nameOfUser = (id: string | null): string | null => (id === null ? null : (users.get(id)?.username ?? id));
    return this.vault.open({
      ...row,
      revision,
      personId: stage.personId,
      restricted: courseOf(facts)?.restricted ?? false,
      broker: nameOfUser(stage.broker),
      brokerId: stage.broker,
      needs: stage.details.needs ?? null,
      preferences: stage.details.preferences ?? null,
      requester: 'completedBy' in stage ? nameOfUser(stage.completedBy) : null,
      requesterId: 'completedBy' in stage ? stage.completedBy : null,
      approval: stage.approval && { ...stage.approval, by: nameOfUser(stage.approval.by) },
      sent: stage.sent,
      responses: stage.responses,
      offers: offersShown(request),
      receipts: stage.receipts,
      failures: stage.failures,
      pausedBy: request.status === 'paused' ? request.causes : [],
      withdrawal:
        request.status === 'withdrawn' ? { because: request.because, reason: request.reason, at: request.at } : null,
      startedOn: stage.status === 'started' ? stage.startedOn : null,
      history: historyOf(events, nameOfUser),
    });
  }
}

export type RequestView = Awaited<ReturnType<RequestViews['view']>>;

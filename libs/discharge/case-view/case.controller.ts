import { Controller, Get, Param, Query } from '@nestjs/common';
import { Audit } from '#libs/access/audit.js';
import { grantOf } from '#libs/access/capabilities.js';
import { May } from '#libs/access/may.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { PeopleVault } from '#libs/people/port.js';
import { Answers } from '#libs/platform/answers.js';
import { Clock } from '#libs/platform/clock.js';
import { IsText, MayBeLeftOut } from '#libs/platform/validation.js';
import { clocksOf, ClocksQuery, EmptyIsLeftOut } from '../board/board-question.js';
import { rowShape } from '../board/board-row-shape.js';
import { mustSee } from '../board/scope.js';
import { CaseView, type FoundCase } from './case-view.js';
import { timelineOf } from './timeline.js';

export class CaseQuery extends ClocksQuery {
  /** Why a restricted record is opened: kept in the audit. */
  @MayBeLeftOut()
  @EmptyIsLeftOut()
  @IsText(500)
  reason?: string;
}

const isRestricted = ({ events }: FoundCase): boolean => {
  const flags = events[0]?.data['flags'];
  return Array.isArray(flags) && flags.includes('restricted');
};

@Controller('api/v1/cases')
export class CaseController {
  constructor(
    private readonly cases: CaseView,
    private readonly vault: PeopleVault,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** The board row and the person, needs, histories, actions, escalations, requests, episodes and check. */
  @Get(':caseId')
  @May('case.read')
  @Answers({ ...rowShape, asOf: 'date-time', knownAt: 'date-time', revision: 'integer', referredBy: 'string?' })
  async show(@Param('caseId') caseId: string, @Query() query: CaseQuery, @Signed() user: SignedIn) {
    const found = await this.seen(caseId, user);
    const shown = await this.cases.show(found, query, { breakGlass: query.reason !== undefined });
    await this.record('case', found, user, query.reason);
    return shown;
  }

  /** Every event with both clocks and its actor. */
  @Get(':caseId/timeline')
  @May('case.read')
  @Answers({
    caseId: 'string',
    items: [
      {
        eventId: 'string',
        type: 'string',
        says: 'string',
        occurredAt: 'date-time',
        recordedAt: 'date-time',
        actor: { id: 'string', role: 'string', organisation: 'string' },
        inError: 'boolean',
      },
    ],
  })
  async timeline(@Param('caseId') caseId: string, @Query() query: CaseQuery, @Signed() user: SignedIn) {
    const found = await this.seen(caseId, user);
    const clocks = clocksOf(query, this.clock.now());
    const mayRequests = grantOf(user.role, 'request.read', false) !== undefined;
    const hidden = isRestricted(found) && query.reason === undefined;
    const items = timelineOf(
      found,
      clocks,
      ({ streamId }) => !hidden && (mayRequests || user.role === 'admin' || !streamId.startsWith('request-')),
    );
    const opened = await this.vault.open(items);
    await this.record('timeline', found, user, query.reason);
    return { caseId, asOf: clocks.asOf, knownAt: clocks.knownAt, items: opened };
  }

  private async seen(caseId: string, user: SignedIn): Promise<FoundCase> {
    const found = await this.cases.find(caseId);
    mustSee(user, found.hospital);
    return found;
  }

  private record(what: string, found: FoundCase, user: SignedIn, why: string | undefined): Promise<void> {
    const { caseId, personId } = found;
    return this.audit.read({
      user,
      what,
      caseIds: [caseId],
      personIds: [personId],
      ...(why === undefined ? {} : { why }),
    });
  }
}

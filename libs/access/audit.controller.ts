import { Controller, Get, Query } from '@nestjs/common';
import { AnswersList } from '../platform/answers.js';
import { defaultLimit, ListQuery, type List } from '../platform/list.js';
import { IsId, MayBeLeftOut } from '../platform/validation.js';
import type { AuditEntry } from './audit.js';
import { May } from './may.js';
import { PostgresAudit } from './postgres-audit.js';

export class AuditQuery extends ListQuery {
  @MayBeLeftOut()
  @IsId()
  userId?: string;

  @MayBeLeftOut()
  @IsId()
  caseId?: string;

  @MayBeLeftOut()
  @IsId()
  personId?: string;
}

@Controller('api/v1/audit')
export class AuditController {
  constructor(private readonly audit: PostgresAudit) {}

  /** Who read what, newest first. */
  @Get()
  @May('audit.read')
  @AnswersList({
    entryId: 'string',
    at: 'date-time',
    userId: 'string',
    username: 'string',
    role: 'string',
    organisation: 'string',
    what: 'string',
    caseIds: ['string'],
    personIds: ['string'],
    why: 'string?',
  })
  search(@Query() { limit, ...search }: AuditQuery): Promise<List<AuditEntry>> {
    return this.audit.search({ ...search, limit: limit ?? defaultLimit });
  }
}

import { Controller, Get, Param, Query } from '@nestjs/common';
import { May } from '#libs/access/may.js';
import { Audit } from '#libs/access/audit.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { Signed } from '#libs/access/signed.js';
import { ListQuery, listOf, type List } from '#libs/platform/list.js';
import { IsCode, MayBeLeftOut } from '#libs/platform/validation.js';
import { checkStates, type CheckState } from '#libs/nhs/day-91.js';
import { cohorts, type Cohort } from './worklist.js';
import { WorklistReader, type WorklistItem } from './worklist.reader.js';

export class ChecksQuery extends ListQuery {
  @MayBeLeftOut()
  @IsCode(checkStates)
  state?: CheckState;
  @MayBeLeftOut()
  @IsCode(cohorts)
  cohort?: Cohort;
}

@Controller('api/v1/day-91-checks')
export class ChecksController {
  constructor(
    private readonly worklist: WorklistReader,
    private readonly audit: Audit,
  ) {}

  @Get()
  @May('reablement.read')
  async list(@Query() query: ChecksQuery, @Signed() user: SignedIn): Promise<List<WorklistItem>> {
    const rows = (await this.worklist.all()).filter(
      (row) =>
        (query.state === undefined || row.state === query.state) &&
        (query.cohort === undefined || row.cohorts.includes(query.cohort)),
    );
    const page = listOf(rows, query.limit, query.cursor, ({ checkId }) => checkId);
    await this.audit.read({ user, what: 'day-91 worklist', caseIds: page.items.map(({ caseId }) => caseId) });
    return page;
  }

  @Get(':checkId')
  @May('reablement.read')
  async one(@Param('checkId') checkId: string, @Signed() user: SignedIn): Promise<WorklistItem> {
    const row = await this.worklist.one(checkId);
    await this.audit.read({ user, what: 'day-91 check', caseIds: [row.caseId] });
    return row;
  }
}

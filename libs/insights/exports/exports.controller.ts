import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { IsString } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { May } from '#libs/access/may.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { Signed } from '#libs/access/signed.js';
import { Problem } from '#libs/platform/problem.js';
import { ownFilters } from '../figures/scope.js';
import { Exports } from './exports.js';

export class ExportQuery {
  @IsString({ message: 'is needed: a month 2026-03, a quarter 2026-Q1 or a financial year 2025-26' })
  period!: string;
}

/** Figures as CSV, by the return they belong to; each row names its rule and version. */
@Controller('api/v1/exports')
export class ExportsController {
  constructor(private readonly exports: Exports) {}

  /** Client Level Data is record level and has a specification of its own, which is not built yet: said plainly, not half done. */
  @Get('cld')
  @May('export.records')
  cld(): never {
    throw new Problem(501, 'export.not-built', 'The Client Level Data export is not built yet.');
  }

  @Get(':name')
  @May('metric.read')
  async one(
    @Param('name') name: string,
    @Query() { period }: ExportQuery,
    @Signed() user: SignedIn,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const csv = await this.exports.csv(name, period, (id, asked) => ownFilters(user, id, asked));
    await reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="homeward-${name}-${period}.csv"`)
      .header('cache-control', 'no-store')
      .send(csv);
  }
}

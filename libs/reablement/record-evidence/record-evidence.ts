import { Body, Controller, Param, Post } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CommandBody, IsCivilDate, IsCode } from '#libs/platform/validation.js';
import { evidenceKinds, evidenceSources } from '#libs/contracts/reablement/reablement-events.js';
import { newId } from '#libs/platform/ids.js';
import { May } from '#libs/access/may.js';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Clock } from '#libs/platform/clock.js';
import { Context } from '#libs/platform/command-context.js';
import type { Check } from '../domain/check.js';
import { notAhead } from '../not-ahead.js';
import { OnCheck } from '../on-episode.js';

export class RecordEvidenceBody extends CommandBody {
  @IsCode(evidenceKinds)
  kind!: (typeof evidenceKinds)[number];
  @IsCode(evidenceSources)
  source!: (typeof evidenceSources)[number];
  @IsCivilDate()
  date!: string;
}

export class RecordEvidence {
  constructor(
    readonly checkId: string,
    readonly body: RecordEvidenceBody,
    readonly context: CommandContext,
    readonly evidenceId: string,
  ) {}
}

@CommandHandler(RecordEvidence)
export class RecordEvidenceHandler implements ICommandHandler<RecordEvidence, Executed<Check>> {
  constructor(
    private readonly checks: OnCheck,
    private readonly clock: Clock,
  ) {}

  execute({ checkId, body, context, evidenceId }: RecordEvidence): Promise<Executed<Check>> {
    notAhead('date', body.date, this.clock.now());
    return this.checks.run(
      checkId,
      { do: 'evidence', data: { evidenceId, kind: body.kind, source: body.source, date: body.date, stayId: null } },
      context,
    );
  }
}

@Controller('api/v1/day-91-checks')
export class RecordEvidenceEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':checkId/evidence')
  @May('reablement.command')
  async run(@Param('checkId') checkId: string, @Body() body: RecordEvidenceBody, @Context() context: CommandContext) {
    const evidenceId = newId();
    const done = await this.commands.execute<RecordEvidence, Executed<Check>>(
      new RecordEvidence(checkId, body, context, evidenceId),
    );
    return answer(done, { checkId, evidenceId });
  }
}

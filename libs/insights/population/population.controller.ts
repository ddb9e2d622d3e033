import { Body, Controller, Get, Put } from '@nestjs/common';
import { IsInt, Max, Min } from 'class-validator';
import { May } from '#libs/access/may.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { EventStore } from '#libs/event-store/port.js';
import { Answers } from '#libs/platform/answers.js';
import { Context } from '#libs/platform/command-context.js';
import { newId } from '#libs/platform/ids.js';
import { Problem } from '#libs/platform/problem.js';
import { CommandBody, IsText } from '#libs/platform/validation.js';
import { type Population65, Populations } from './population.js';

export class Population65Body extends CommandBody {
  @IsInt({ message: 'must be a whole number' })
  @Min(1990, { message: 'must be 1990 or later' })
  @Max(2200, { message: 'must be 2200 or earlier' })
  year!: number;
  @IsText(100)
  authority!: string;
  @IsInt({ message: 'must be a whole number' })
  @Min(1, { message: 'must be at least 1' })
  @Max(100_000_000, { message: 'must be at most 100,000,000' })
  people!: number;
}

export const populationStream = 'setting-population65';

/** The population aged 65 or over that `ascof.2c-local` divides by. Kept as events, so that an older figure stays what it was. */
@Controller('api/v1/settings/population65')
export class PopulationController {
  constructor(
    private readonly populations: Populations,
    private readonly store: EventStore,
  ) {}

  @Get()
  @May('metric.read')
  @Answers({ items: [{ year: 'integer', authority: 'string', people: 'integer' }] })
  async list(): Promise<{ items: readonly Population65[] }> {
    return { items: await this.populations.list() };
  }

  @Put()
  @May('settings.change')
  @Answers({
    id: 'string',
    revision: 'integer',
    position: 'string',
    year: 'integer',
    authority: 'string',
    people: 'integer',
  })
  async set(@Body() body: Population65Body, @Context() context: CommandContext) {
    const { year, authority, people } = body;
    const result = await this.store.append(
      populationStream,
      context.expectedRevision ?? 'any',
      [
        {
          eventId: newId(),
          type: 'Population65Set',
          schemaVersion: 1,
          occurredAt: context.occurredAt,
          data: { year, authority, people },
        },
      ],
      context.metadata,
    );
    if (!result.ok) throw new Problem(412, 'request.stale', 'The settings changed in the meantime.');
    return { id: 'population65', revision: result.revision, position: result.position, year, authority, people };
  }
}

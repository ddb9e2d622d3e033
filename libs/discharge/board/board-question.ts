import { Transform } from 'class-transformer';
import { IsIn, Matches } from 'class-validator';
import { Problem } from '#libs/platform/problem.js';
import { IsInstant, IsText, MayBeLeftOut } from '#libs/platform/validation.js';
import { caseStatuses, openStatuses, type CaseStatus } from './domain/standing.js';
import type { Clocks } from './domain/history.js';

/** A filter left empty in a form is no filter. */
export const EmptyIsLeftOut = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => (value === '' ? undefined : value));

/** Several values: `status=active,paused`, or the parameter repeated. */
const Several = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => {
    if (value === undefined || value === '') return undefined;
    return (Array.isArray(value) ? value : [value]).flatMap((one: unknown) =>
      typeof one === 'string' ? one.split(',').map((part) => part.trim()) : [one],
    );
  });

/** The two clocks of a reader (api.md, "Time"). */
export class ClocksQuery {
  @MayBeLeftOut()
  @EmptyIsLeftOut()
  @IsInstant()
  asOf?: string;

  @MayBeLeftOut()
  @EmptyIsLeftOut()
  @IsInstant()
  knownAt?: string;
}

/** `GET /board/stream`: from where on, for a viewer who cannot send `Last-Event-ID`. */
export class StreamQuery {
  @MayBeLeftOut()
  @EmptyIsLeftOut()
  @IsText(64)
  since?: string;

  @MayBeLeftOut()
  @EmptyIsLeftOut()
  @IsText(64)
  hospital?: string;
}

/** `GET /board`: filters, joined by "and", and the two clocks. */
export class BoardQuery extends ClocksQuery {
  @MayBeLeftOut()
  @EmptyIsLeftOut()
  @IsText(64)
  hospital?: string;

  @MayBeLeftOut()
  @EmptyIsLeftOut()
  @IsText(64)
  ward?: string;

  @MayBeLeftOut()
  @Several()
  @Matches(/^(?:[0-3]|unassigned)$/, { each: true, message: 'must be 0, 1, 2, 3 or unassigned' })
  pathway?: string[];

  @MayBeLeftOut()
  @EmptyIsLeftOut()
  @IsText(128)
  owner?: string;

  @MayBeLeftOut()
  @EmptyIsLeftOut()
  @IsText(128)
  authority?: string;

  @MayBeLeftOut()
  @Several()
  @IsIn([...caseStatuses], { each: true, message: `must be one of ${caseStatuses.join(', ')}` })
  status?: CaseStatus[];
}

/** Clocks of two machines differ by a moment. */
const tolerated = 1000;

/** `knownAt` defaults to now, `asOf` to `knownAt`; the future is a 400. */
export const clocksOf = ({ asOf, knownAt }: ClocksQuery, now: string): Clocks => {
  const latest = Date.parse(now) + tolerated;
  for (const [field, value] of [
    ['asOf', asOf],
    ['knownAt', knownAt],
  ] as const)
    if (value !== undefined && Date.parse(value) > latest)
      throw Problem.invalidField(field, 'must not lie in the future', 'time.future');
  return knownAt === undefined ? { asOf: asOf ?? now, knownAt: now, live: true } : { asOf: asOf ?? knownAt, knownAt };
};

export const statusesOf = ({ status }: BoardQuery): readonly CaseStatus[] => status ?? openStatuses;

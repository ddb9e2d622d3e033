import { IsIn } from 'class-validator';
import { IsText, MayBeLeftOut } from '#libs/platform/validation.js';
import { BoardQuery, EmptyIsLeftOut } from '../board/board-question.js';

export const rags = ['red', 'amber', 'green', 'grey'] as const;

/** `/huddle`: the filters of the board, and how it is shown. All of it stands in the address. */
export class HuddleQuery extends BoardQuery {
  /** The two clocks as a browser's time fields give them: London time, without offset. Answered with the address that has both as instants. */
  @MayBeLeftOut()
  @EmptyIsLeftOut()
  @IsText(30)
  at?: string;

  @MayBeLeftOut()
  @EmptyIsLeftOut()
  @IsText(30)
  known?: string;

  @MayBeLeftOut()
  @EmptyIsLeftOut()
  @IsIn(rags, { message: `must be one of ${rags.join(', ')}` })
  rag?: (typeof rags)[number];

  @MayBeLeftOut()
  @EmptyIsLeftOut()
  @IsIn(['hidden'], { message: 'must be hidden' })
  names?: 'hidden';

  /** `wall`: for a screen on a wall, large and without names. */
  @MayBeLeftOut()
  @EmptyIsLeftOut()
  @IsIn(['wall'], { message: 'must be wall' })
  view?: 'wall';

  /** Only what changed since then. */
  @MayBeLeftOut()
  @EmptyIsLeftOut()
  @IsIn(['last-huddle'], { message: 'must be last-huddle' })
  changed?: 'last-huddle';

  /** Position from which the live rows go on. */
  @MayBeLeftOut()
  @IsText(20)
  since?: string;
}

/** The address of the same view with something changed; `undefined` takes a part away. */
export const addressOf = (
  query: HuddleQuery,
  change: Partial<Record<keyof HuddleQuery, string | undefined>> = {},
): string => {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, ...change })) {
    if (['since', 'at', 'known'].includes(name) || value === undefined || value === '') continue;
    parts.set(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  const text = parts.toString();
  return text === '' ? '/huddle' : `/huddle?${text}`;
};

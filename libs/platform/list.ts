import { Type } from 'class-transformer';
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { Problem } from './problem.js';
import { MayBeLeftOut } from './validation.js';

/** `?limit` and `?cursor` of every list; extend it with the filters of yours. */
export class ListQuery {
  @MayBeLeftOut()
  @Type(() => Number)
  @IsInt({ message: 'must be a whole number' })
  @Min(1, { message: 'must be at least 1' })
  @Max(500, { message: 'must be at most 500' })
  limit?: number;

  @MayBeLeftOut()
  @IsString({ message: 'must be the nextCursor of an earlier answer' })
  @MaxLength(1000, { message: 'must be the nextCursor of an earlier answer' })
  cursor?: string;
}

export interface List<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

export const defaultLimit = 100;

/** A cursor is opaque to callers: JSON inside, so that it can hold the sort key of the last item. */
export const encodeCursor = (key: unknown): string => Buffer.from(JSON.stringify(key)).toString('base64url');

/** The key inside a cursor; 400 when it is none of ours. `check` says whether the key has the shape expected. */
export const decodeCursor = <K>(cursor: string, check: (key: unknown) => key is K): K => {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (check(key)) return key;
  } catch {
    // falls through to the refusal
  }
  throw Problem.invalidField('cursor', 'must be the nextCursor of an earlier answer');
};

/** One page of rows fetched with `LIMIT limit + 1`: the one too many says that there is more. */
export const pageOf = <T>(rows: readonly T[], limit: number, keyOf: (item: T) => unknown): List<T> => {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null };
};

interface Place {
  readonly offset: number;
  readonly key: string | null;
}
const isPlace = (value: unknown): value is Place =>
  typeof value === 'object' &&
  value !== null &&
  'offset' in value &&
  typeof value.offset === 'number' &&
  Number.isSafeInteger(value.offset) &&
  value.offset >= 0 &&
  'key' in value &&
  (value.key === null || typeof value.key === 'string');

/**
 * One page of a list that is already in memory, in a stable order. With `keyOf` the page goes on behind the last item seen,
 * even when items before it have come or gone in between.
 */
export const listOf = <T>(
  items: readonly T[],
  limit = defaultLimit,
  cursor?: string,
  keyOf?: (item: T) => string,
): List<T> => {
  const place = cursor === undefined ? undefined : decodeCursor(cursor, isPlace);
  const found = place && keyOf ? items.findIndex((item) => keyOf(item) === place.key) + 1 : 0;
  const start = found || place?.offset || 0;
  const page = items.slice(start, start + limit);
  const last = page.at(-1);
  const more = start + limit < items.length && last !== undefined;
  return {
    items: page,
    nextCursor: more ? encodeCursor({ offset: start + limit, key: keyOf ? keyOf(last) : null } satisfies Place) : null,
  };
};

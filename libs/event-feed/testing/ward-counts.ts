import type { Projection, Replaces } from '../port.js';
import { rowProjection, type RowProjection } from '../row-projection.js';

export interface WardCount {
  readonly ward: string;
  readonly came: number;
  readonly left: number;
  readonly last: string | null;
}

type WardEvent =
  | { readonly type: 'Came'; readonly data: { readonly ward: string; readonly fails?: boolean } }
  | { readonly type: 'Left'; readonly data: { readonly ward: string; readonly fails?: boolean } };

/** A read model to try the feed with: how many came to and left each ward. An event marked to fail does, while `broken` says so. */
export const wardCounts = (
  options: { version?: number; broken?: () => boolean; name?: string; replaces?: Replaces } = {},
): RowProjection<WardCount> & Projection =>
  rowProjection<WardCount, WardEvent>({
    name: options.name ?? 'trial.wards',
    version: options.version ?? 1,
    ...(options.replaces && { replaces: options.replaces }),
    wants: { types: ['Came', 'Left'] },
    schema: 'trial',
    table: (options.name ?? 'trial.wards').split('.')[1] ?? 'wards',
    columns: { came: 'int', tags: 'text[]' },
    indexes: ['came'],
    keyOf: (event) => event.data.ward,
    initial: (ward) => ({ ward, came: 0, left: 0, last: null }),
    evolve: (row, event) => {
      if (event.data.fails && (options.broken?.() ?? true)) throw new Error('this "event" does not fold');
      switch (event.type) {
        case 'Came':
          return { ...row, came: row.came + 1, last: event.eventId };
        case 'Left':
          return row.came === row.left + 1 ? null : { ...row, left: row.left + 1, last: event.eventId };
      }
    },
    columnsOf: (row) => ({ came: row.came, tags: [`ward "${row.ward}"`, row.last ?? ''] }),
  });

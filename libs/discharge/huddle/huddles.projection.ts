import type { HuddleEvent } from '#libs/contracts/discharge/case-events.js';
import { rowProjection } from '#libs/event-feed/row-projection.js';

export interface HuddleRow {
  readonly huddleId: string;
  readonly hospital: string | null;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  /** Where the finish stands in the log: what came after it is news for the next huddle. */
  readonly finishedPosition: string | null;
  /** Cases talked about, the last word only. Texts stay sealed. */
  readonly reviewed: readonly {
    readonly caseId: string;
    readonly at: string;
    readonly decision: unknown;
    readonly note: unknown;
  }[];
}

/** Huddles, to find the last one and what was decided in it. */
export const huddlesProjection = rowProjection<HuddleRow, HuddleEvent>({
  name: 'discharge.huddles',
  version: 1,
  wants: { streamPrefixes: ['huddle-'] },
  schema: 'discharge',
  table: 'huddles',
  columns: { hospital: 'text', started_at: 'timestamptz', finished_position: 'bigint' },
  indexes: ['finished_position', 'started_at'],
  keyOf: (event) => event.streamId.slice('huddle-'.length),
  initial: (huddleId) => ({
    huddleId,
    hospital: null,
    startedAt: '',
    finishedAt: null,
    finishedPosition: null,
    reviewed: [],
  }),
  evolve: (row, event) => {
    switch (event.type) {
      case 'HuddleStarted':
        return { ...row, hospital: event.data.hospital, startedAt: event.occurredAt };
      case 'CaseReviewed': {
        const { caseId, decision, note } = event.data;
        const others = row.reviewed.filter((review) => review.caseId !== caseId);
        return { ...row, reviewed: [...others, { caseId, at: event.occurredAt, decision, note }] };
      }
      case 'HuddleFinished':
        return { ...row, finishedAt: event.occurredAt, finishedPosition: event.position };
    }
  },
  columnsOf: ({ hospital, startedAt, finishedPosition }) => ({
    hospital,
    started_at: startedAt === '' ? null : startedAt,
    finished_position: finishedPosition,
  }),
});

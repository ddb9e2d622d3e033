import { comparePositions, type Position } from '#libs/event-store/port.js';
import type { Shape } from '#libs/platform/answers.js';
import type { EnvelopeFault } from '../domain/hl7/batch.js';
import type { Taken } from '../taking/taken.js';

export interface WardEventsAnswer {
  readonly accepted: number;
  readonly duplicates: number;
  readonly ignored: number;
  readonly quarantined: number;
  /** Answered `AR`: could not be read, or must not be sent here. Kept nowhere. */
  readonly rejected: number;
  readonly messages: readonly {
    readonly controlId: string | null;
    readonly ack: string;
    readonly stayId?: string;
    readonly reason?: string;
    readonly flags?: readonly string[];
  }[];
  /** What is wrong with the envelope of a batch (BHS, BTS, FHS, FTS); its messages are taken all the same. */
  readonly warnings?: readonly EnvelopeFault[];
  readonly position: Position;
}

export const wardEventsAnswer: Shape = {
  accepted: 'integer',
  duplicates: 'integer',
  ignored: 'integer',
  quarantined: 'integer',
  rejected: 'integer',
  messages: [{ controlId: 'string?', ack: 'string', stayId: 'string', reason: 'string', flags: ['string'] }],
  warnings: [{ field: 'string', message: 'string' }],
  position: 'string',
};

/** What became of the messages of a body, in their order (api.md, "Ward events in"). */
export const answerOf = async (
  taken: readonly Taken[],
  head: () => Promise<Position>,
  warnings: readonly EnvelopeFault[] = [],
): Promise<WardEventsAnswer> => {
  const count = (outcome: Taken['outcome']): number => taken.filter((one) => one.outcome === outcome).length;
  const last = taken
    .flatMap(({ position }) => position ?? [])
    .toSorted(comparePositions)
    .at(-1);
  return {
    accepted: count('accepted'),
    duplicates: count('duplicate'),
    ignored: count('ignored'),
    quarantined: count('quarantined'),
    rejected: count('rejected'),
    messages: taken.map(({ controlId, ack, stayId, reason, flags }) => ({
      controlId,
      ack,
      ...(stayId === undefined ? {} : { stayId }),
      ...(reason === undefined ? {} : { reason }),
      ...(flags === undefined ? {} : { flags }),
    })),
    ...(warnings.length === 0 ? {} : { warnings }),
    position: last ?? (await head()),
  };
};

/** Messages taken at once: more fill the group commits of the log, and hold more of them in memory. */
const sideBySide = 32;

/** Takes messages side by side, begun in their order; intake keeps the order within a stay. Stops at the first fault, which is the database being away. */
export const takeSideBySide = async <M, T>(messages: readonly M[], take: (message: M) => Promise<T>): Promise<T[]> => {
  const results: T[] = [];
  let next = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    while (next < messages.length && !failed) {
      const at = next;
      next += 1;
      const message = messages[at];
      if (message === undefined) continue;
      try {
        results[at] = await take(message);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(sideBySide, messages.length) }, worker));
  return results;
};

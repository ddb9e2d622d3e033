import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import { compareInstants, isDead, leftAlive } from '#libs/nhs/index.js';

/**
 * A stay as the discharge side reads it: its effective state, and when the ward last said that the admission or the discharge never
 * was. The block of a cancelled stay does not tell when it was cancelled.
 */
export interface WardStay {
  readonly block: StayBlock;
  /** The latest sender's time of a cancelled admission (A11, A23). */
  readonly admissionCancelledAt: string | null;
  /** The latest sender's time of a cancelled discharge (A13). */
  readonly dischargeCancelledAt: string | null;
}

export type Stays = ReadonlyMap<string, WardStay>;

/** Follows merged visits to the stay that stands for them; a ring or a survivor not heard of yet ends the walk. */
export const survivorOf = (stay: WardStay, stays: Stays): WardStay => {
  const seen = new Set<string>();
  let current = stay;
  while (current.block.status === 'merged' && current.block.mergedInto !== null && !seen.has(current.block.stayId)) {
    seen.add(current.block.stayId);
    const next = stays.get(current.block.mergedInto);
    if (!next) break;
    current = next;
  }
  return current;
};

const counts = ({ status }: StayBlock): boolean => status === 'open' || status === 'discharged';

/** When the stay's own messages say the person died: the recorded time, else that of the discharge by death. */
const diedAtOf = ({ diedAt, dischargedAt, dischargeMethodCode, destinationCode }: StayBlock): string | null =>
  diedAt ?? (isDead(dischargeMethodCode, destinationCode) ? dischargedAt : null);

export interface Death {
  /** Null: no time was given. */
  readonly diedAt: string | null;
}

/** A record of death that stands, of the person or of one of their stays that counts; the earliest known time. */
export const deathOf = (stays: Stays, recorded: readonly Death[]): Death | null => {
  const deaths = [
    ...recorded,
    ...[...stays.values()].flatMap(({ block }) => {
      const diedAt = counts(block) ? diedAtOf(block) : null;
      return diedAt === null ? [] : [{ diedAt }];
    }),
  ];
  if (deaths.length === 0) return null;
  const times = deaths.flatMap(({ diedAt }) => diedAt ?? []).sort(compareInstants);
  return { diedAt: times[0] ?? null };
};

/** The discharge of a stay whose person left it alive (metrics.md §1 "Alive"). */
export const dischargeAlive = (
  { block }: WardStay,
  death: Death | null,
): {
  readonly dischargedAt: string;
  readonly destinationCode: string | null;
  readonly methodCode: string | null;
} | null => {
  const { status, dischargedAt, destinationCode, dischargeMethodCode } = block;
  if (status !== 'discharged' || dischargedAt === null || !leftAlive(block)) return null;
  if (death?.diedAt && compareInstants(death.diedAt, dischargedAt) <= 0) return null;
  return { dischargedAt, destinationCode, methodCode: dischargeMethodCode };
};

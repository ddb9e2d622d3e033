import { setTimeout as pause } from 'node:timers/promises';
import type { EachBatchPayload, KafkaMessage } from 'kafkajs';

/** Messages taken at once: more fill the group commits of the log, and are done again when a batch is given up. */
const sideBySide = 32;
const heartbeatMs = 1000;

/** The batch was given up: the group gives the partition out anew, or the service stops while nothing can be stored. */
export class GivenUp extends Error {
  override readonly name = 'GivenUp';
}

/** What is to be done with one message. */
export interface Work {
  /** Messages of one visit are taken one after the other; one that names none is for itself. */
  readonly visit: string | undefined;
  /** Rejects only while the message cannot be stored anywhere. */
  readonly take: () => Promise<void>;
}

export interface BatchRules {
  readonly read: (message: KafkaMessage, partition: number) => Work;
  /** Told once when taking begins to fail; the reason holds no content. */
  readonly waiting: (error: unknown) => void;
  readonly retryMs: number;
  /** The service stops: what is in hand is finished, no more begun, and nothing waited for. */
  readonly stopping: AbortSignal;
}

/**
 * Takes the messages of a batch, and moves the offset only past those that are stored. While they cannot be stored it waits,
 * and keeps the partition by heartbeats; a rebalance in between gives the batch up, and the next holder takes it again.
 */
export const takeBatch = async (payload: EachBatchPayload, rules: BatchRules): Promise<void> => {
  const { batch } = payload;
  for (let at = 0; at < batch.messages.length; at += sideBySide) {
    if (rules.stopping.aborted || !payload.isRunning() || payload.isStale()) return;
    const messages = batch.messages.slice(at, at + sideBySide);
    const all = messages.map((message) => rules.read(message, batch.partition));
    const taken = await withHeartbeat(payload, rules, (signal) => takeAll(all, rules, signal));
    if (!taken) return;
    await settle(payload, messages.at(-1));
  }
};

const settle = async (payload: EachBatchPayload, last: KafkaMessage | undefined): Promise<void> => {
  if (!last) return;
  const { topic, partition } = payload.batch;
  payload.resolveOffset(last.offset);
  const offset = String(BigInt(last.offset) + 1n);
  await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] });
};

const takeAll = async (all: readonly Work[], rules: BatchRules, signal: AbortSignal): Promise<void> => {
  const visits = Map.groupBy(all, ({ visit }) => visit ?? Symbol());
  await Promise.all(
    [...visits.values()].map(async (ofOneVisit) => {
      for (const { take } of ofOneVisit) await patiently(take, rules, signal);
    }),
  );
};

const patiently = async (take: () => Promise<void>, rules: BatchRules, signal: AbortSignal): Promise<void> => {
  for (let told = false; ; told = true) {
    try {
      return await take();
    } catch (error) {
      if (signal.aborted) throw new GivenUp();
      if (!told) rules.waiting(error);
    }
    await pause(rules.retryMs, undefined, { signal }).catch(() => {
      throw new GivenUp();
    });
  }
};

/**
 * Runs `work` and tells the group meanwhile that this member lives. True when it was done, false when it was given up because the
 * service stops; rejects with what the group said when that was the reason.
 */
const withHeartbeat = async (
  payload: EachBatchPayload,
  { stopping }: BatchRules,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<boolean> => {
  const lost = new AbortController();
  let said: unknown;
  const beating = setInterval(() => {
    payload.heartbeat().catch((error: unknown) => {
      said ??= error;
      lost.abort();
    });
  }, heartbeatMs);
  try {
    await work(AbortSignal.any([stopping, lost.signal]));
    return true;
  } catch (error) {
    if (lost.signal.aborted) throw said;
    if (error instanceof GivenUp) return false;
    throw error;
  } finally {
    clearInterval(beating);
  }
};

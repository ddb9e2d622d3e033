import { stat } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { newId } from '#libs/platform/ids.js';
import { Envelopes, type EnvelopeFault } from '../domain/hl7/batch.js';
import type { Outcome, Taken } from '../taking/taken.js';
import { WardIntake } from '../taking/ward-intake.js';
import { readMessages } from './read-messages.js';

/** Adds up to the messages of the files. */
export interface ImportCounts extends Record<Outcome, number> {
  readonly messages: number;
  /** Why messages were not taken, how often each. */
  readonly reasons: readonly { readonly outcome: Outcome; readonly reason: string; readonly count: number }[];
  /** What is wrong with the envelopes of batches (BHS, BTS, FHS, FTS); the messages in them are taken all the same. */
  readonly warnings: readonly (EnvelopeFault & { readonly file: string })[];
}

export interface ImportProgress {
  readonly file: string;
  readonly bytesDone: number;
  readonly bytesTotal: number;
  readonly messages: number;
}

/** Messages on their way at once: more fill the group commits of the log. Those of one stay keep their order. */
const sideBySide = 32;
const blank = /^\s*$/;

/**
 * Takes files of HL7 v2 messages the way every message goes. May be broken off at any point: what was stored is recognised
 * when the same files are imported again.
 */
@Injectable()
export class Hl7Importer {
  constructor(private readonly intake: WardIntake) {}

  async importHl7(
    files: readonly string[],
    { onProgress }: { onProgress?: (progress: ImportProgress) => void } = {},
  ): Promise<ImportCounts> {
    const bytesTotal = (await Promise.all(files.map((file) => stat(file)))).reduce((sum, { size }) => sum + size, 0);
    const counts = { accepted: 0, duplicate: 0, ignored: 0, quarantined: 0, rejected: 0 };
    const reasons = new Map<string, { outcome: Outcome; reason: string; count: number }>();
    const arrival = { source: 'import', correlationId: newId() } as const;
    const warnings: (EnvelopeFault & { readonly file: string })[] = [];
    const underWay = new Set<Promise<void>>();
    let messages = 0;
    let bytesBefore = 0;
    let failure: unknown;

    const note = ({ outcome, reason }: Taken): void => {
      counts[outcome] += 1;
      messages += 1;
      if (outcome === 'accepted' || outcome === 'duplicate' || reason === undefined) return;
      const key = `${outcome} ${reason}`;
      const known = reasons.get(key) ?? { outcome, reason, count: 0 };
      reasons.set(key, { ...known, count: known.count + 1 });
    };

    for (const file of files) {
      let end = 0;
      const envelopes = new Envelopes();
      for await (const message of readMessages(file, envelopes)) {
        if (failure !== undefined) break;
        ({ end } = message);
        // Blank lines in front of the first message are no message.
        if (message.bytes.length < 1000 && blank.test(message.bytes.toString('latin1'))) continue;
        const work: Promise<void> = this.intake
          .takeHl7(message.bytes, arrival)
          .then(note, (error: unknown) => {
            failure ??= error;
          })
          .finally(() => underWay.delete(work));
        underWay.add(work);
        if (underWay.size >= sideBySide) await Promise.race(underWay);
        onProgress?.({ file, bytesDone: bytesBefore + end, bytesTotal, messages });
      }
      warnings.push(...envelopes.end().map((fault) => ({ file, ...fault })));
      bytesBefore += end;
    }
    await Promise.all(underWay);
    if (failure !== undefined) throw failure;
    onProgress?.({ file: files.at(-1) ?? '', bytesDone: bytesTotal, bytesTotal, messages });
    return { messages, ...counts, reasons: [...reasons.values()].toSorted((a, b) => b.count - a.count), warnings };
  }
}

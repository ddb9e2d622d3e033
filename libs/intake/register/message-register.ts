import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/platform/clock.js';
import { Database } from '#libs/platform/database.js';
import { keyOf, mergedEntries, type MergedEntry, type Registered, type RegisterEntry } from './register-entry.js';
import { noteMessages } from './register-sql.js';
import { prepared } from '#libs/platform/prepared.js';

interface Waiting {
  readonly entry: RegisterEntry;
  readonly at: string;
  readonly resolve: (registered: Registered) => void;
  readonly reject: (error: unknown) => void;
}

interface Noted {
  readonly feed: string;
  readonly control_id: string;
  readonly hash: string;
  readonly known: boolean;
  readonly flagged: boolean;
}

/** Messages of one statement. */
const mostAtOnce = 500;

/**
 * The register of messages and the counts of each feed. Messages that end at the same moment are written together.
 * It waits for no disk: what stands in the log is recognised there, so a row lost with the machine is written again when the message comes again.
 */
@Injectable()
export class MessageRegister {
  private waiting: Waiting[] = [];
  private writing: Promise<void> | undefined;
  private byHand: ReadonlySet<string> = new Set();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Notes what became of a message. */
  record(entry: RegisterEntry): Promise<Registered> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ entry, at: this.clock.now(), resolve, reject });
      this.writing ??= this.writeAll().finally(() => {
        this.writing = undefined;
      });
    });
  }

  /** Whether this message was taken before, and not put into quarantine. */
  async wasTaken({ feed, controlId, hash }: Pick<RegisterEntry, 'feed' | 'controlId' | 'hash'>): Promise<boolean> {
    const { rows } = await this.database.query(
      `SELECT 1 FROM intake.messages WHERE feed = $1 AND control_id = $2 AND hash = $3 AND outcome = 'accepted'`,
      [feed, controlId, hash],
    );
    return rows.length > 0;
  }

  /** Looks which messages a person corrected: few, and never of use before a mapping changed, with which it is asked anew. */
  async refresh(): Promise<void> {
    const { rows } = await this.database.query<{ feed: string; control_id: string; hash: string }>(
      `SELECT feed, control_id, hash FROM intake.messages WHERE outcome = 'corrected'`,
    );
    this.byHand = new Set(rows.map(({ feed, control_id, hash }) => keyOf({ feed, controlId: control_id, hash })));
  }

  /** Whether a person corrected this message: what was wrong with it may be readable by now, and still counts as corrected. */
  isCorrected(entry: Pick<RegisterEntry, 'feed' | 'controlId' | 'hash'>): boolean {
    return this.byHand.has(keyOf(entry));
  }

  /** The stay that a message counts for, since it was taken or a person corrected it; undefined when neither was. */
  async settled({
    feed,
    controlId,
    hash,
  }: Pick<RegisterEntry, 'feed' | 'controlId' | 'hash'>): Promise<
    { readonly stayId: string | null; readonly byHand: boolean } | undefined
  > {
    const { rows } = await this.database.query<{ stay_id: string | null; by_hand: boolean }>(
      `SELECT stay_id, outcome = 'corrected' AS by_hand FROM intake.messages WHERE feed = $1 AND control_id = $2 AND hash = $3 AND outcome IN ('accepted', 'corrected')`,
      [feed, controlId, hash],
    );
    return rows[0] && { stayId: rows[0].stay_id, byHand: rows[0].by_hand };
  }

  private async writeAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, mostAtOnce);
      try {
        const noted = await this.write(mergedEntries(batch));
        if (batch.some(({ entry }) => entry.corrects)) await this.refresh();
        const seen = new Set<string>();
        for (const { entry, resolve } of batch) {
          const key = keyOf(entry);
          const row = noted.get(key);
          resolve({ repeated: seen.has(key) || (row?.known ?? false), flagged: row?.flagged ?? false });
          seen.add(key);
        }
      } catch (error) {
        batch.forEach(({ reject }) => reject(error));
      }
    }
  }

  private async write(merged: readonly MergedEntry[]): Promise<ReadonlyMap<string, Noted>> {
    const of = <T>(value: (row: MergedEntry) => T): T[] => merged.map(value);
    const { rows } = await this.database.query<Noted>(
      prepared(noteMessages, [
        of(({ entry }) => entry.feed),
        of(({ entry }) => entry.controlId),
        of(({ entry }) => entry.hash),
        of(({ entry }) => entry.kind),
        of(({ entry }) => (entry.outcome === 'duplicate' ? 'accepted' : entry.outcome)),
        of(({ entry }) => entry.reason ?? null),
        of(({ entry }) => entry.stayId ?? null),
        of(({ entry }) => entry.hospital ?? null),
        of(({ entry }) => entry.recorded ?? null),
        of(({ at }) => at),
        of(({ repeats }) => repeats),
        of(({ reused }) => reused),
        of(({ ifNew }) => ifNew.accepted),
        of(({ ifNew }) => ifNew.duplicates),
        of(({ ifNew }) => ifNew.ignored),
        of(({ ifNew }) => ifNew.quarantined),
        of(({ ifKnown }) => ifKnown.accepted),
        of(({ ifKnown }) => ifKnown.duplicates),
        of(({ entry }) => entry.live),
        of(({ entry }) => entry.sequence ?? null),
        of(({ entry }) => entry.corrects?.id ?? null),
        of(({ entry }) => entry.corrects?.by ?? null),
      ]),
    );
    return new Map(
      rows.map((row) => [keyOf({ feed: row.feed, controlId: row.control_id, hash: row.hash }), row] as const),
    );
  }
}

import type { EventRow } from './event-rows.js';

interface Waiting {
  readonly streamId: string;
  readonly fromRevision: number;
  resolve(rows: readonly EventRow[]): void;
  reject(error: unknown): void;
}

/** Streams of one statement: more gain nothing, and all wait for the longest. */
const mostStreams = 64;
/** Statements on their way at a time: a long stream holds up no more than the others of its own. */
const mostStatements = 2;

/**
 * Reads streams together: those asked for while statements are on their way go with the next, so that many commands at once cost few
 * round trips. `read` gives the rows of all, each with the number of its asking (from 0) in front.
 */
export class GroupRead {
  readonly #read: (streamIds: readonly string[], from: readonly number[]) => Promise<readonly EventRow[]>;
  #waiting: Waiting[] = [];
  #sent = 0;

  constructor(read: (streamIds: readonly string[], from: readonly number[]) => Promise<readonly EventRow[]>) {
    this.#read = read;
  }

  rowsOf(streamId: string, fromRevision: number): Promise<readonly EventRow[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ streamId, fromRevision, resolve, reject });
      if (this.#sent >= mostStatements) return;
      this.#sent += 1;
      // Whatever else this turn of the event loop wants to read comes along.
      setImmediate(() => void this.#sendAll());
    });
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) await this.#send(this.#waiting.splice(0, mostStreams));
    this.#sent -= 1;
  }

  async #send(group: readonly Waiting[]): Promise<void> {
    try {
      const rows = await this.#read(
        group.map(({ streamId }) => streamId),
        group.map(({ fromRevision }) => fromRevision),
      );
      const found = group.map((): EventRow[] => []);
      for (const [asking, ...row] of rows) found[Number(asking)]?.push(row);
      for (const [at, { resolve }] of group.entries()) resolve(found[at] ?? []);
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}

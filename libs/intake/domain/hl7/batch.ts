/** Something odd about the envelope of a batch; the messages in it are taken all the same. */
export interface EnvelopeFault {
  /** `BTS-1`, `FTS-1`, or the segment that is missing or out of place. */
  readonly field: string;
  readonly message: string;
}

interface Open {
  count: number;
}

/**
 * Follows the envelope of a body or file (HL7 v2.5 §2.10.3: `[FHS] { [BHS] { messages } [BTS] } [FTS]`) segment by segment and checks that it is whole
 * and that its counts are right: a file cut short on its way is not seen by its messages alone.
 */
export class Envelopes {
  private file: Open | undefined;
  private batch: (Open & { readonly begun: boolean }) | undefined;
  private batches = 0;
  private readonly found: EnvelopeFault[] = [];
  /** Whether a segment of an envelope was seen: a batch may be empty. */
  any = false;

  message(): void {
    // Messages without BHS are a batch of their own.
    this.batch ??= this.newBatch(false);
    this.batch.count += 1;
  }

  /** A segment of the envelope, as it stands. */
  segment(line: string): void {
    this.any = true;
    const name = line.slice(0, 3);
    // The separator of a trailer is that of its header; whatever it is, it stands behind the name.
    const claimed = line.length > 4 ? (line.slice(4).split(line.charAt(3))[0]?.trim() ?? '') : '';
    if (name === 'FHS') this.fileBegins();
    else if (name === 'BHS') this.batchBegins();
    else if (name === 'BTS') this.batchEnds(claimed);
    else this.fileEnds(claimed);
  }

  /** Something that is neither message nor envelope stands behind a trailer. */
  strayed(): void {
    this.fault('BTS', 'Something that is no message stands behind the end of a batch; it is not taken.');
  }

  /** What was found, once everything has been seen. */
  end(): readonly EnvelopeFault[] {
    this.batchStops();
    if (this.file) this.fault('FTS', 'FTS is missing: the file may not be whole.');
    this.file = undefined;
    return this.found;
  }

  private fileBegins(): void {
    this.batchStops();
    if (this.file) this.fault('FTS', 'FTS is missing: another file begins before the one before it ended.');
    this.file = { count: 0 };
  }

  private batchBegins(): void {
    this.batchStops();
    this.batch = this.newBatch(true);
  }

  private batchEnds(claimed: string): void {
    if (!this.batch) this.fault('BTS', 'BTS stands where no batch is open.');
    else this.compare('BTS-1', `of batch ${String(this.batches)}`, claimed, this.batch.count, 'message');
    this.batch = undefined;
  }

  private fileEnds(claimed: string): void {
    this.batchStops();
    if (!this.file) this.fault('FTS', 'FTS stands where no file is open.');
    else this.compare('FTS-1', 'of the file', claimed, this.file.count, 'batch');
    this.file = undefined;
  }

  /** A batch that ends without its trailer: only one that had a header misses it. */
  private batchStops(): void {
    if (this.batch?.begun) this.fault('BTS', `BTS is missing: batch ${String(this.batches)} may not be whole.`);
    this.batch = undefined;
  }

  private newBatch(begun: boolean): Open & { readonly begun: boolean } {
    this.batches += 1;
    if (this.file) this.file.count += 1;
    return { count: 0, begun };
  }

  /** The count is optional. Its value is not repeated: it is content of the sender. */
  private compare(field: string, where: string, claimed: string, came: number, what: 'message' | 'batch'): void {
    if (claimed === '' || claimed === '""') return;
    const number = /^\d{1,15}$/.test(claimed) ? Number(claimed) : undefined;
    const counted = `${String(came)} ${came === 1 ? what : what === 'batch' ? 'batches' : 'messages'} came`;
    if (number === undefined) this.fault(field, `${field} ${where} is not a number; ${counted}.`);
    else if (number !== came) this.fault(field, `${field} ${where} says ${String(number)}, but ${counted}.`);
  }

  /** A flood of trailers must not become a flood of faults. */
  private fault(field: string, message: string): void {
    if (this.found.length < 100) this.found.push({ field, message });
  }
}

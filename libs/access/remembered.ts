/**
 * Remembers for a few seconds what a token stands for, so that a burst of calls does not ask the database each time.
 * A token ended by another process is therefore good there for at most `milliseconds` more.
 */
export class Remembered<T> {
  private readonly entries = new Map<string, { readonly value: Promise<T | undefined>; readonly until: number }>();

  constructor(
    private readonly milliseconds = 3000,
    private readonly most = 5000,
  ) {}

  get(key: string, read: () => Promise<T | undefined>): Promise<T | undefined> {
    const known = this.entries.get(key);
    if (known && known.until > performance.now()) return known.value;
    const value = read();
    if (this.entries.size >= this.most) this.entries.clear();
    this.entries.set(key, { value, until: performance.now() + this.milliseconds });
    value.then(
      // What nobody holds is not worth remembering: it would let a guesser fill the memory.
      (found) => found === undefined && this.forget(key, value),
      () => this.forget(key, value),
    );
    return value;
  }

  forget(key: string, only?: Promise<T | undefined>): void {
    if (only === undefined || this.entries.get(key)?.value === only) this.entries.delete(key);
  }

  clear(): void {
    this.entries.clear();
  }
}

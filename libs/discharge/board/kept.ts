/** What never changes once it was read, kept in memory: the least recently used goes first. */
export class Kept<V> {
  private readonly values = new Map<string, V>();

  constructor(private readonly most: number) {}

  get(key: string): V | undefined {
    const value = this.values.get(key);
    if (value !== undefined) {
      this.values.delete(key);
      this.values.set(key, value);
    }
    return value;
  }

  /** `among`: how many were read together. A reading of more than there is room for (a board of long ago) is not kept. */
  put(key: string, value: V, among: number): void {
    if (among > this.most) return;
    this.values.set(key, value);
    if (this.values.size <= this.most) return;
    for (const oldest of this.values.keys()) {
      this.values.delete(oldest);
      return;
    }
  }
}

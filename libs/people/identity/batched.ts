interface Waiting<V> {
  resolve(value: V): void;
  reject(error: unknown): void;
}

/** Turns many askings of one moment into one: a board of 600 rows asks the database once. */
export class Batched<V> {
  #waiting = new Map<string, Waiting<V>[]>();

  /** `ask` gets each key once and answers them all. */
  constructor(private readonly ask: (keys: readonly string[]) => Promise<ReadonlyMap<string, V>>) {}

  get(key: string): Promise<V> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.size === 0) setImmediate(() => void this.#send());
      const waiting = this.#waiting.get(key) ?? [];
      waiting.push({ resolve, reject });
      this.#waiting.set(key, waiting);
    });
  }

  async #send(): Promise<void> {
    const sent = this.#waiting;
    this.#waiting = new Map();
    try {
      const answers = await this.ask([...sent.keys()]);
      for (const [key, waiting] of sent) {
        const answer = answers.get(key);
        for (const one of waiting)
          if (answer === undefined) one.reject(new Error('Asked for and not answered.'));
          else one.resolve(answer);
      }
    } catch (error) {
      for (const waiting of sent.values()) for (const one of waiting) one.reject(error);
    }
  }
}

import { get, type ClientRequest } from 'node:http';

export interface Shown {
  /** The position up to which whoever has seen this has seen everything. */
  readonly id: string;
  /** Absent for a row. */
  readonly event: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A browser that watches the board: `GET /board/stream`, and again from where it was. */
export class BoardViewer {
  #request: ClientRequest | undefined;
  #last: string | undefined;

  constructor(
    private readonly url: string,
    private readonly token: string,
    private readonly onShown: (shown: Shown) => void,
  ) {}

  /** Resolves when the stream is open. With what was seen last, everything after it comes again. */
  open(): Promise<void> {
    const headers = {
      authorization: `Bearer ${this.token}`,
      ...(this.#last === undefined ? {} : { 'last-event-id': this.#last }),
    };
    return new Promise((resolve, reject) => {
      const request = get(`${this.url}/api/v1/board/stream`, { headers, agent: false }, (answer) => {
        if (answer.statusCode !== 200) reject(new Error(`The stream answered ${String(answer.statusCode)}.`));
        else resolve();
        let heard = '';
        answer.setEncoding('utf8');
        answer.on('error', () => undefined);
        answer.on('data', (chunk: string) => {
          heard += chunk;
          const blocks = heard.split('\n\n');
          heard = blocks.pop() ?? '';
          for (const block of blocks) this.#hear(block);
        });
      });
      request.on('error', reject);
      this.#request = request;
    });
  }

  /** As a network that is gone: without a word. */
  drop(): void {
    this.#request?.destroy();
  }

  #hear(block: string): void {
    const fields = new Map(
      block.split('\n').map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
      }),
    );
    const [id, data] = [fields.get('id'), fields.get('data')];
    if (id !== undefined) this.#last = id;
    if (data !== undefined) this.onShown({ id: id ?? '', event: fields.get('event'), data: JSON.parse(data) });
  }
}

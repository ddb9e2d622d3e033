import { undici, type HttpClient } from '../peers/packages.js';

export interface Answered {
  readonly status: number;
  readonly text: string;
}

/** Connections that are kept open, one a lane, each with one request on its way at a time. */
export class HttpLanes {
  readonly #clients: readonly HttpClient[];
  readonly #headers: Readonly<Record<string, string>>;

  constructor(url: string, width: number, token?: string, headers: Readonly<Record<string, string>> = {}) {
    const { Client } = undici();
    this.#clients = Array.from({ length: width }, () => new Client(url));
    this.#headers = { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  }

  get(lane: number, path: string): Promise<Answered> {
    return this.#send(lane, { method: 'GET', path, headers: this.#headers });
  }

  post(lane: number, path: string, body: object): Promise<Answered> {
    const headers = { ...this.#headers, 'content-type': 'application/json' };
    return this.#send(lane, { method: 'POST', path, headers, body: JSON.stringify(body) });
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }

  async #send(lane: number, request: Parameters<HttpClient['request']>[0]): Promise<Answered> {
    const client = this.#clients[lane % this.#clients.length];
    if (client === undefined) throw new Error('There are no lanes.');
    const { statusCode, body } = await client.request(request);
    return { status: statusCode, text: await body.text() };
  }
}

/** @throws Error with what was answered, when it was no success. */
export const succeeded = ({ status, text }: Answered): string => {
  if (status >= 200 && status < 300) return text;
  throw new Error(`The service answered ${String(status)}: ${text.slice(0, 300)}`);
};

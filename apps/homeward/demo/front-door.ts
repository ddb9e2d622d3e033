/** How the demo comes in: over HTTP with the demo users' own tokens, as any program would. */
export class FrontDoor {
  private readonly tokens = new Map<string, Promise<string>>();

  constructor(
    private readonly url: string,
    private readonly seed: string,
    private readonly signal: AbortSignal,
  ) {}

  /** Sends ward messages; refused ones are an error of the demo and are thrown. */
  async ward(messages: readonly string[]): Promise<void> {
    const answer = await this.send(
      'POST',
      'admin',
      '/api/v1/ward-events/hl7v2',
      messages.join('\r\n\r\n'),
      'x-application/hl7-v2+er7',
    );
    const { quarantined, messages: each } = answer as { quarantined: number; messages: readonly { reason?: string }[] };
    if (quarantined > 0)
      throw new Error(
        `the demo's ward message was quarantined: ${each.find(({ reason }) => reason)?.reason ?? 'no reason'}`,
      );
  }

  /** A command with a key of its own: said twice (a seeding cut short), it is done once. */
  command(user: string, path: string, body: object, key: string): Promise<Readonly<Record<string, unknown>>> {
    return this.send('POST', user, `/api/v1${path}`, JSON.stringify(body), 'application/json', `${this.seed}-${key}`);
  }

  put(user: string, path: string, body: object): Promise<Readonly<Record<string, unknown>>> {
    return this.send('PUT', user, `/api/v1${path}`, JSON.stringify(body), 'application/json');
  }

  read(user: string, path: string): Promise<Readonly<Record<string, unknown>>> {
    return this.send('GET', user, `/api/v1${path}`);
  }

  private token(user: string): Promise<string> {
    const known = this.tokens.get(user);
    if (known) return known;
    const asked = this.fetchJson(
      'POST',
      '/api/v1/auth/token',
      JSON.stringify({ username: user, password: 'homeward-demo' }),
      { 'content-type': 'application/json' },
    ).then(({ accessToken }) => String(accessToken));
    this.tokens.set(user, asked);
    asked.catch(() => this.tokens.delete(user));
    return asked;
  }

  private async send(
    method: string,
    user: string,
    path: string,
    body?: string,
    type?: string,
    key?: string,
  ): Promise<Readonly<Record<string, unknown>>> {
    return this.fetchJson(method, path, body, {
      authorization: `Bearer ${await this.token(user)}`,
      ...(type ? { 'content-type': type } : {}),
      ...(key ? { 'idempotency-key': key } : {}),
    });
  }

  /** Busy answers (503, 429) are tried again; anything else that is no success is thrown, with its code and without its body. */
  private async fetchJson(
    method: string,
    path: string,
    body: string | undefined,
    headers: Record<string, string>,
    attempt = 1,
  ): Promise<Readonly<Record<string, unknown>>> {
    const { signal } = this;
    const response = await fetch(this.url + path, { method, headers, signal, ...(body === undefined ? {} : { body }) });
    if ((response.status === 503 || response.status === 429) && attempt < 20) {
      await new Promise((resolve) => setTimeout(resolve, 250 * attempt));
      return this.fetchJson(method, path, body, headers, attempt + 1);
    }
    const answer = (await response.json()) as Readonly<Record<string, unknown>>;
    if (!response.ok)
      throw new Error(
        `${method} ${path.split('?')[0] ?? ''} answered ${String(response.status)} ${String(answer['code'] ?? '')}`,
      );
    return answer;
  }
}

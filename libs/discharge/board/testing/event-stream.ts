/** One server-sent event, as a viewer sees it. */
export interface StreamEvent {
  readonly id: string;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface OpenStream {
  readonly seen: readonly StreamEvent[];
  /** The first event, seen already or still to come, that is as asked; fails after ten seconds. */
  until(wanted: (event: StreamEvent) => boolean): Promise<StreamEvent>;
  close(): void;
}

const parse = (block: string): StreamEvent | undefined => {
  const fields = new Map(
    block.split('\n').flatMap((line) => {
      const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, value ?? ''] as const];
    }),
  );
  const data = fields.get('data');
  return data === undefined
    ? undefined
    : { id: fields.get('id') ?? '', event: fields.get('event') ?? 'message', data: JSON.parse(data) };
};

/** Watches `GET /board/stream` as a program would. For specs. */
export const openStream = async (
  url: string,
  token: string | undefined,
  query = '',
  lastEventId?: string,
): Promise<OpenStream> => {
  const leaving = new AbortController();
  const response = await fetch(`${url}/api/v1/board/stream${query}`, {
    headers: {
      authorization: `Bearer ${token ?? ''}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
    signal: leaving.signal,
  });
  if (response.status !== 200 || !response.body) throw new Error(`The stream answered ${String(response.status)}.`);
  const seen: StreamEvent[] = [];
  const waiting = new Set<() => void>();
  const read = async (body: ReadableStream<Uint8Array>): Promise<void> => {
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of body) {
      rest += decoder.decode(chunk, { stream: true });
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      seen.push(...blocks.flatMap((block) => parse(block) ?? []));
      for (const look of [...waiting]) look();
    }
  };
  void read(response.body).catch(() => undefined);
  return {
    seen,
    until: (wanted) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = seen.find(wanted);
          if (!found) return;
          clearTimeout(limit);
          waiting.delete(look);
          resolve(found);
        };
        const limit = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`Not seen within ten seconds, among ${String(seen.length)} events.`));
        }, 10_000);
        waiting.add(look);
        look();
      }),
    close: () => leaving.abort(),
  };
};

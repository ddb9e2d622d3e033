import type { FastifyReply, FastifyRequest } from 'fastify';
import '../access/request.js';

export interface SseStream {
  /** `false` when the stream is closed, or was closed because the reader does not keep up. */
  send(id: string, event: string | undefined, data: unknown): boolean;
  /**
   * Waits until the reader has taken what was sent, so that a long past can be told in parts and none of it piles up here.
   * `false` when the reader is gone, or has taken nothing for too long.
   */
  taken(): Promise<boolean>;
  close(): void;
  onClose(listener: () => void): void;
  readonly closed: boolean;
}

/** Unread bytes after which a reader counts as lost: it reconnects with `Last-Event-ID` and misses nothing. */
const mostUnread = 1_000_000;
const keepAliveMilliseconds = 15_000;
/** How long a reader may take over a part before it counts as lost: longer spares slow lines, shorter frees memory sooner. */
const mostWaitMilliseconds = 30_000;

interface Open {
  readonly stream: SseStream;
  readonly sessionId: string | undefined;
  readonly stillSignedIn: (() => Promise<boolean>) | undefined;
}
const open = new Set<Open>();

/** Ends the streams of a session that was ended. */
export const closeStreamsOf = (sessionId: string): void => {
  for (const entry of open) if (entry.sessionId === sessionId) entry.stream.close();
};

/**
 * Ends the streams of those who are signed in no more: a token was ended, a user disabled, perhaps by another process.
 * While the database cannot say, they go on.
 */
export const closeEndedStreams = async (): Promise<void> => {
  const asked = [...open].map(async ({ stream, stillSignedIn }) => {
    if (stillSignedIn && !(await stillSignedIn().catch(() => true))) stream.close();
  });
  await Promise.all(asked);
};

/** Ends every stream: before the server closes, which would otherwise wait for them. */
export const closeAllStreams = (): void => {
  for (const entry of open) entry.stream.close();
};

export const openStreams = (): number => open.size;

/**
 * Takes the answer over and turns it into server-sent events: keep-alive comments, no buffering by proxies, closed when
 * the reader goes, falls behind, is signed out, or the service stops.
 */
export const openSse = (request: FastifyRequest, reply: FastifyReply): SseStream => {
  const { raw } = reply;
  const listeners = new Set<() => void>();
  let closed = false;

  const close = (): void => {
    if (closed) return;
    closed = true;
    clearInterval(keepAlive);
    clearTimeout(expiry);
    open.delete(entry);
    for (const listener of listeners) listener();
    raw.end();
  };
  const lost = (): boolean => {
    raw.destroy();
    close();
    return false;
  };
  const write = (text: string): boolean => {
    if (closed) return false;
    raw.write(text);
    return raw.writableLength <= mostUnread || lost();
  };
  const stream: SseStream = {
    taken: () =>
      new Promise((resolve) => {
        if (closed || !raw.writableNeedDrain) {
          resolve(!closed);
          return;
        }
        const tooLong = setTimeout(() => resolve(lost()), mostWaitMilliseconds);
        const settle = (): void => {
          clearTimeout(tooLong);
          raw.off('drain', settle);
          listeners.delete(settle);
          resolve(!closed);
        };
        raw.on('drain', settle);
        listeners.add(settle);
      }),
    send: (id, event, data) =>
      write(
        `id: ${oneLine(id)}\n${event === undefined ? '' : `event: ${oneLine(event)}\n`}data: ${JSON.stringify(data)}\n\n`,
      ),
    close,
    onClose: (listener) => {
      if (closed) listener();
      else listeners.add(listener);
    },
    get closed() {
      return closed;
    },
  };
  const entry: Open = { stream, sessionId: request.session?.sessionId, stillSignedIn: request.stillSignedIn };
  const keepAlive = setInterval(() => write(': still here\n\n'), keepAliveMilliseconds);
  const expiry = setTimeout(close, millisecondsUntil(request.session?.expiresAt));

  const headers = reply.getHeaders();
  reply.hijack();
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) raw.setHeader(name, value);
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
    connection: 'keep-alive',
  });
  // Readers of a restarted service come back spread over a few seconds.
  raw.write(`retry: ${String(1000 + Math.floor(Math.random() * 2000))}\n\n`);
  raw.on('close', close);
  raw.on('error', close);
  open.add(entry);
  if (raw.destroyed) close();
  return stream;
};

const oneLine = (text: string): string => text.replaceAll(/[\r\n]/g, ' ');

const millisecondsUntil = (instant: string | undefined): number =>
  Math.max(0, Math.min(instant === undefined ? 12 * 3_600_000 : Date.parse(instant) - Date.now(), 2_000_000_000));

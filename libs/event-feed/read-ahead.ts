import type { AllPage, EventFilter, EventStore, Position } from '../event-store/port.js';

/**
 * Reads the log to its end page by page, one page ahead: while one is folded, the database already looks up the next.
 * Ends after the page that found nothing more.
 */
export async function* readAhead(
  store: EventStore,
  after: Position,
  filter: EventFilter,
  size: number,
): AsyncGenerator<AllPage, void, void> {
  let next = store.readAll(after, filter, size);
  for (;;) {
    const page = await next;
    if (page.atEnd) {
      yield page;
      return;
    }
    next = store.readAll(page.readTo, filter, size);
    // Should the reader leave before it is asked for, its failure is nobody's.
    next.catch(() => undefined);
    yield page;
  }
}

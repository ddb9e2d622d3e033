import { readAhead } from '#libs/event-feed/read-ahead.js';
import { createPostgresEventStore } from '#libs/event-store/postgres/postgres-event-store.js';
import type { EventFilter, StoredEvent } from '#libs/event-store/port.js';
import type { Run } from '../bench.js';
import { emmett } from './packages.js';

/** As our own projection keeps them: the history of a stream, whole. */
interface StreamDocument {
  readonly facts: readonly object[];
}

const pageSize = 1000;

/** The first so many events of a log that these projections want, stream by stream. */
const firstEvents = async (run: Run, url: string, filter: EventFilter, count: number) => {
  const pool = run.ground.pool(url, 1);
  const store = createPostgresEventStore(pool);
  const events: StoredEvent[] = [];
  for await (const page of readAhead(store, '0', filter, pageSize)) {
    events.push(...page.events.slice(0, count - events.length));
    if (events.length === count) break;
  }
  await pool.end();
  const streams = new Map<string, StoredEvent[]>();
  for (const event of events) streams.set(event.streamId, [...(streams.get(event.streamId) ?? []), event]);
  return { streams, count: events.length, types: [...new Set(events.map(({ type }) => type))] };
};

/**
 * The same read model on emmett: a pongo document per stream, the same events, rebuilt by emmett's own means. Gives events a second,
 * and how many there were.
 */
export const rebuildEmmettDocuments = async (
  run: Run,
  logUrl: string,
  filter: EventFilter,
  most: number,
): Promise<{ readonly rate: number; readonly events: number }> => {
  const { ground } = run;
  const { streams, count, types } = await firstEvents(run, logUrl, filter, most);
  const url = await ground.freshDatabase('rebuild_emmett');
  const pool = ground.pool(url);
  const { getPostgreSQLEventStore, pongoMultiStreamProjection, rebuildPostgreSQLProjections } = emmett();
  const store = getPostgreSQLEventStore(url, { connectionOptions: { pool } });
  await store.schema.migrate();
  run.progress(`rebuild: copying ${String(count)} events to emmett`);
  // One stream after the other: of events appended side by side its reader of 0.42 passes some over, and would have less to do.
  for (const [stream, events] of streams) await store.appendToStream(stream, events);
  await ground.settleDisk();
  const projection = pongoMultiStreamProjection<StreamDocument>({
    collectionName: 'histories',
    canHandle: types,
    getDocumentId: (event) => event.metadata.streamName,
    initialState: () => ({ facts: [] }),
    evolve: ({ facts }, { type, data }) => ({ facts: [...facts, { type, data }] }),
  });
  const rebuilding = rebuildPostgreSQLProjections({
    connectionString: url,
    projection,
    pulling: { batchSize: pageSize },
  });
  run.progress('rebuild: emmett rebuilds its documents');
  const begun = performance.now();
  await rebuilding.start();
  const seconds = (performance.now() - begun) / 1000;
  await rebuilding.close();
  const { rows } = await pool.query<{ documents: number; facts: number }>(
    `SELECT count(*)::int AS documents, sum(jsonb_array_length(data->'facts'))::int AS facts FROM histories`,
  );
  await store.close();
  if (rows[0]?.documents !== streams.size || rows[0].facts !== count)
    throw new Error(
      `emmett built ${JSON.stringify(rows[0])} of ${String(streams.size)} documents, ${String(count)} facts.`,
    );
  return { rate: count / seconds, events: count };
};

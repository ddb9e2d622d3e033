import { EventStoreDBClient } from '@eventstore/db-client';

/**
 * The options an address may carry: those the client knows, but for `throwOnAppendFailure` (refusals are told by errors here) and
 * `tlsVerifyCert` (the client has no way to leave out the check).
 */
const options = new Set([
  'connectionname',
  'defaultdeadline',
  'discoveryinterval',
  'gossiptimeout',
  'keepaliveinterval',
  'keepalivetimeout',
  'maxdiscoverattempts',
  'nodepreference',
  'tls',
  'tlscafile',
  'usercertfile',
  'userkeyfile',
]);

/**
 * A client for `esdb://user:password@host:2113?tls=true&tlsCAFile=…`, `esdb+discover://…` or the same as `kurrentdb…://`.
 * TLS unless `tls=false`; a keep-alive every 10 s unless the address says otherwise. Connects at first use.
 * @throws Error that says what is wrong with the address, never what is in it.
 */
export function connect(url: string): EventStoreDBClient {
  for (const [, key = ''] of url.matchAll(/[?&]([^=&]*)/g)) {
    // One it does not know, the client would print together with the whole address, password and all.
    if (!options.has(key.toLowerCase().replace(/[_-]/g, ''))) {
      throw new Error(`EVENTSTORE_URL has an option that is not known: ${key}.`);
    }
  }
  const client = clientAt(url.replace(/^kurrentdb/, 'esdb'));
  appendByPlainCalls(client);
  return client;
}

function clientAt(url: string): EventStoreDBClient {
  try {
    return EventStoreDBClient.connectionString(url);
  } catch (error) {
    // An error about the address quotes it; one about a certificate file does not.
    const quotes = typeof error === 'object' && error !== null && 'connectionString' in error;
    throw quotes ? new Error('EVENTSTORE_URL is not an address of EventStoreDB (esdb://host:2113?…).') : error;
  }
}

/**
 * The client would send appends over one shared call (`BatchAppend`) where the server has it. In version 6.2 that call has no deadline,
 * never answers what was on its way when the server ends it, and keeps what it waits for in one table for all clients of a process:
 * an error on one connection fails the appends of the others, whose answers then bring the process down. Told that the server does
 * not support it, the client makes one call an append.
 */
function appendByPlainCalls(client: EventStoreDBClient): void {
  Reflect.set(client, 'supports', () => Promise.resolve(false));
}

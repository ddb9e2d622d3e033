import { GenericContainer, Wait } from 'testcontainers';
import { messageOf } from '../../../platform/errors.js';
import { BreakableProxy } from './breakable-proxy.js';
import { StandInServer } from './stand-in-server.js';

/** An EventStoreDB to run the rules against. */
export interface ServerUnderTest {
  /** What it is, and why it is not another: for the name of the suite. */
  readonly name: string;
  readonly url: string;
  /** Nobody else writes to it, and nothing has been written. */
  readonly startsEmpty: boolean;
  /** Breaks all connections; undefined where there is no way to. */
  readonly cut: (() => void) | undefined;
  stop(): Promise<void>;
}

const image = 'eventstore/eventstore:24.10';
const options = 'tls=false';

/** `EVENTSTORE_URL` if it is set; else EventStoreDB in Docker, where that answers and has or can get the image; else the stand-in. */
export async function serverUnderTest(): Promise<ServerUnderTest> {
  const url = process.env['EVENTSTORE_URL'];
  if (url !== undefined && url !== '') return serverAt(url);
  try {
    return await inDocker();
  } catch (error) {
    return standIn(`no Docker: ${messageOf(error)}`);
  }
}

async function serverAt(url: string): Promise<ServerUnderTest> {
  const simple = /^(?:esdb|kurrentdb):\/\/([^@:,/?]+)(?::(\d+))?\/?\?tls=false$/.exec(url);
  const nothing = { url, cut: undefined, stop: () => Promise.resolve() };
  const proxied = simple ? await through(simple[1] ?? '', () => Number(simple[2] ?? 2113)) : nothing;
  return { name: 'EventStoreDB at EVENTSTORE_URL', startsEmpty: false, ...proxied };
}

async function inDocker(): Promise<ServerUnderTest> {
  const container = await new GenericContainer(image)
    .withEnvironment({
      EVENTSTORE_INSECURE: 'true',
      EVENTSTORE_MEM_DB: 'true',
      EVENTSTORE_CLUSTER_SIZE: '1',
      EVENTSTORE_RUN_PROJECTIONS: 'None',
    })
    .withExposedPorts(2113)
    .withWaitStrategy(Wait.forHttp('/health/live', 2113).forStatusCode(204))
    .start();
  const proxied = await through(container.getHost(), () => container.getMappedPort(2113));
  return {
    name: `EventStoreDB (${image} in Docker)`,
    startsEmpty: true,
    ...proxied,
    stop: async () => {
      await proxied.stop();
      await container.stop();
    },
  };
}

async function standIn(because: string): Promise<ServerUnderTest> {
  const server = await StandInServer.start();
  const proxied = await through('127.0.0.1', () => server.port);
  return {
    name: `EventStoreDB, stood in for by the in-test server (EVENTSTORE_URL is not set; ${because})`,
    startsEmpty: true,
    ...proxied,
    stop: async () => {
      await proxied.stop();
      server.stop();
    },
  };
}

async function through(
  host: string,
  portOf: () => number,
): Promise<Pick<ServerUnderTest, 'url' | 'stop'> & { cut: () => void }> {
  const proxy = await BreakableProxy.to(host, portOf);
  const url = `esdb://127.0.0.1:${String(proxy.port)}?${options}`;
  return { url, cut: () => proxy.cut(), stop: () => proxy.stop() };
}

/**
 * One Kafka broker (KRaft, no other program beside it) for the suites and for trying things out.
 *
 *   npm run kafka                                  on the port of last time, else 9092, else a free one; data in ./data/kafka
 *   npm run kafka -- --port 9192 --data /tmp/k     elsewhere
 *
 * prints the address for KAFKA_BROKERS and stops the broker when it gets SIGINT or SIGTERM.
 * In code: `const broker = await kafkaBroker({ folder }); await broker.start(); broker.address; await broker.kill(); await broker.start();`
 */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, openSync, closeSync, readFileSync, realpathSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import kafkajs from 'kafkajs';
import { checkJava, kafkaJars, NoKafka, runToEnd } from './kafka-jars.mjs';

export { NoKafka };

const startMs = 60_000;
const stopMs = 20_000;

/**
 * @typedef {object} KafkaBroker
 * @property {string} address `127.0.0.1:<port>`, for KAFKA_BROKERS; the same for as long as the folder is kept
 * @property {() => Promise<void>} start resolves once clients are served; nothing to do when it runs already
 * @property {() => Promise<void>} stop in order
 * @property {() => Promise<void>} kill at once, as `kill -9` does
 * @property {() => boolean} running
 */

/**
 * The broker whose data, port and process id are in `folder`: another program that opens the same folder meets the same broker.
 * It is no child of the program that starts it and outlives it.
 * @param {{folder: string, port?: number, say?: (text: string) => void}} options `port`: fixed; without it that of last time, else a free one
 * @returns {Promise<KafkaBroker>}
 * @throws NoKafka when Java or Kafka cannot be had here.
 */
export const kafkaBroker = async ({ folder, port: asked, say = () => undefined }) => {
  await mkdir(folder, { recursive: true });
  const home = realpathSync(folder);
  const port = asked ?? numberIn(join(home, 'port')) ?? (await freePort());
  await writeFile(join(home, 'port'), String(port));
  const address = `127.0.0.1:${port}`;
  const running = () => processOf(home) !== undefined;
  const end = async (signal) => {
    const pid = processOf(home);
    if (pid === undefined) return;
    process.kill(pid, signal);
    if (!(await isGone(home, stopMs))) process.kill(pid, 'SIGKILL');
    if (!(await isGone(home, stopMs))) throw new Error(`The broker in ${home} does not end.`);
  };
  return {
    address,
    running,
    start: async () => {
      if (!running()) await launch(home, port, say);
      await answering(home, address);
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
};

const launch = async (home, port, say) => {
  await checkJava();
  const jars = await kafkaJars(say);
  if (await isTaken(port)) throw new Error(`Port ${port} is taken by another program.`);
  const settings = join(home, 'server.properties');
  await writeFile(settings, properties(home, port, await freePort()));
  if (!existsSync(join(home, 'data', 'meta.properties'))) await format(jars, home, settings);
  const log = openSync(join(home, 'server.log'), 'w');
  const child = spawn('java', [...javaFlags(jars), 'kafka.Kafka', settings], {
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  child.unref();
  await writeFile(join(home, 'pid'), String(child.pid));
};

/** Made aside and then moved, as the jars are: a start cut short leaves no half a folder. */
const format = async (jars, home, settings) => {
  const fresh = join(home, 'data.new');
  const freshSettings = `${settings}.new`;
  await rm(fresh, { recursive: true, force: true });
  await writeFile(freshSettings, readFileSync(settings, 'utf8').replace(/^log\.dirs=.*$/m, `log.dirs=${fresh}`));
  await runToEnd('java', [
    ...[...javaFlags(jars), 'kafka.tools.StorageTool', 'format'],
    ...['--cluster-id', 'aG9tZXdhcmQtdGVzdC1rYQ', '--config', freshSettings],
  ]);
  await rm(join(home, 'data'), { recursive: true, force: true });
  await rename(fresh, join(home, 'data'));
};

/** A small heap that starts quickly: this broker serves one suite, or one person. */
const javaFlags = (jars) => [
  ...['-Xms96m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData', '-Xshare:auto'],
  ...['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', join(jars, '*')],
];

const properties = (home, port, controllerPort) => `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=BROKER://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=BROKER://127.0.0.1:${port}
listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=BROKER
controller.listener.names=CONTROLLER
log.dirs=${join(home, 'data')}
# one broker: one replica of everything
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
# after a kill the broker may take part again once its old session is over
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
# a group begins at once, and does not wait for more members
group.initial.rebalance.delay.ms=0
# a topic that nobody made is a fault to be seen
auto.create.topics.enable=false
# the cleaner's default takes a third of the heap
log.cleaner.dedupe.buffer.size=8388608
`;

/** The process of this folder, if it lives. A number that now belongs to another program is not it. */
const processOf = (home) => {
  const pid = numberIn(join(home, 'pid'));
  if (pid === undefined) return undefined;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code === 'ESRCH') return undefined;
  }
  if (!existsSync('/proc/self/cmdline')) return pid;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(join(home, 'server.properties')) ? pid : undefined;
  } catch {
    return undefined;
  }
};

const numberIn = (file) => {
  if (!existsSync(file)) return undefined;
  const number = Number.parseInt(readFileSync(file, 'utf8'), 10);
  return Number.isNaN(number) ? undefined : number;
};

const isGone = async (home, milliseconds) => {
  for (const deadline = Date.now() + milliseconds; Date.now() < deadline; await pause(50))
    if (processOf(home) === undefined) return true;
  return false;
};

/** Waits until the broker takes part in its own cluster: only then do clients find leaders. */
const answering = async (home, address) => {
  const client = new kafkajs.Kafka({
    brokers: [address],
    connectionTimeout: 1000,
    retry: { retries: 0 },
    logLevel: kafkajs.logLevel.NOTHING,
  });
  for (const deadline = Date.now() + startMs; Date.now() < deadline; await pause(150)) {
    if (processOf(home) === undefined) throw new Error(`Kafka did not start: ${await lastLines(home)}`);
    const admin = client.admin();
    try {
      await admin.connect();
      if ((await admin.describeCluster()).brokers.length > 0) return;
    } catch {
      // not yet
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }
  throw new Error(`Kafka did not answer within a minute: ${await lastLines(home)}`);
};

const lastLines = async (home) =>
  (await readFile(join(home, 'server.log'), 'utf8').catch(() => 'no log')).trim().split('\n').slice(-4).join(' | ');

const listening = (port) =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const { port: found } = probe.address();
      probe.close(() => resolve(found));
    });
  });

const given = new Set();
/** As libs/platform/ports.ts: below those that the system takes by itself for connections, and none twice. */
const freePort = async () => {
  for (let tries = 0; tries < 1_000; tries += 1) {
    const port = randomInt(20_000, 32_768);
    if (given.has(port)) continue;
    given.add(port);
    if (!(await isTaken(port))) return port;
  }
  throw new NoKafka('No free port was found.');
};
const isTaken = (port) =>
  listening(port).then(
    () => false,
    () => true,
  );

const main = async () => {
  const { values } = parseArgs({ options: { port: { type: 'string' }, data: { type: 'string' } } });
  const folder = resolve(values.data ?? join('data', 'kafka'));
  const say = (text) => process.stderr.write(`${text}\n`);
  const kept = numberIn(join(folder, 'port'));
  const port = values.port === undefined ? (kept ?? ((await isTaken(9092)) ? undefined : 9092)) : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536))
    throw new NoKafka('--port must be a port, 1 to 65535.');
  const broker = await kafkaBroker({ folder, ...(port === undefined ? {} : { port }), say });
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    say('Stopping Kafka …');
    await broker.stop();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop());
  await broker.start();
  say(`Kafka ${broker.address}, data in ${folder}. Use it with`);
  process.stdout.write(`KAFKA_BROKERS=${broker.address}\n`);
  while (broker.running() || stopping) await pause(500);
  throw new Error(`Kafka ended by itself: ${await lastLines(folder)}`);
};

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
  await main().catch((error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });

/**
 * Apache Kafka from Maven Central: fetched once into a cache folder and used from there.
 * Plain Node, nothing built: `npm run kafka` and the suites use the same.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

export const kafkaVersion = '4.1.1';
const scala = '2.13';
const copyDependencies = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

/** Left by fetches that were killed. */
const staleAfterMs = 3_600_000;

/** Why Kafka cannot be had here: a sentence for people. */
export class NoKafka extends Error {
  name = 'NoKafka';
}

/** Where the jars are, once they are: `HOMEWARD_CACHE`, else `~/.cache/homeward`. */
export const jarsFolder = () =>
  join(resolve(process.env.HOMEWARD_CACHE || join(homedir(), '.cache', 'homeward')), `kafka-${kafkaVersion}`);

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>homeward</groupId><artifactId>kafka-jars</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka_${scala}</artifactId><version>${kafkaVersion}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
`;

/** Runs a program to its end: its output, or a fault with its last lines. */
export const runToEnd = (command, args) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (said += String(bytes)));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) return resolve(said);
      reject(new Error(`${command} ended with ${code}: ${said.trim().split('\n').slice(-6).join(' | ')}`));
    });
  });

/** @throws NoKafka when the program is not on this machine, or is older than it must be. */
const mustHave = async (command, args, hint) => {
  const said = await runToEnd(command, args).catch((error) => {
    throw new NoKafka(`Kafka needs ${hint}; "${command}" cannot be run here (${error.code ?? 'it fails'}).`);
  });
  return said;
};

/** @throws NoKafka without Java 17 or newer. */
export const checkJava = async () => {
  const hint = 'Java 17 or newer (Debian: apt-get install default-jre-headless)';
  const version = /version "(\d+)/.exec(await mustHave('java', ['-version'], hint))?.[1];
  if (Number(version) < 17) throw new NoKafka(`Kafka needs ${hint}; this is Java ${version}.`);
};

/**
 * The folder that holds Kafka and all it needs, fetched by Maven if it is not there. Fetched aside and then renamed, so that a
 * fetch cut short is never used; of two fetches at once the first to end counts.
 * @throws NoKafka when Maven is missing, or cannot fetch.
 */
export const kafkaJars = async (say = () => undefined) => {
  const folder = jarsFolder();
  if (existsSync(folder)) return folder;
  await mustHave('mvn', ['--version'], 'Maven to be fetched (Debian: apt-get install maven)');
  await mkdir(dirname(folder), { recursive: true });
  await dropStale(folder);
  const aside = await mkdtemp(`${folder}.fetching-`);
  try {
    say(`Fetching Apache Kafka ${kafkaVersion} from Maven Central into ${folder} (43 MB) …`);
    await writeFile(join(aside, 'pom.xml'), pom);
    const target = join(aside, 'jars');
    await runToEnd('mvn', [
      ...['--batch-mode', '--strict-checksums', '--no-transfer-progress', '--file', join(aside, 'pom.xml')],
      ...[copyDependencies, '-DincludeScope=runtime', `-DoutputDirectory=${target}`],
    ]).catch((error) => {
      throw new NoKafka(`Maven could not fetch Apache Kafka ${kafkaVersion}. ${error.message}`, { cause: error });
    });
    if (!existsSync(join(target, `kafka_${scala}-${kafkaVersion}.jar`))) throw new NoKafka('Maven fetched no Kafka.');
    await rename(target, folder).catch((error) => {
      if (!existsSync(folder)) throw error;
    });
    return folder;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
};

const dropStale = async (folder) => {
  for (const name of await readdir(dirname(folder))) {
    if (!name.startsWith(`${basename(folder)}.fetching-`)) continue;
    const left = join(dirname(folder), name);
    const age = Date.now() - (await stat(left).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
    if (age > staleAfterMs) await rm(left, { recursive: true, force: true });
  }
};

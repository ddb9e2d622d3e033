/**
 * Java libraries from Maven Central: fetched once into a cache folder and used from there.
 * Plain Node, nothing built: scripts and suites use the same.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

const copyDependencies = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

/** Left by fetches that were killed. */
const staleAfterMs = 3_600_000;

/** Why something of Java cannot be had here: a sentence for people. */
export class NotHere extends Error {
  name = 'NotHere';
}

/** `HOMEWARD_CACHE`, else `~/.cache/homeward`. */
export const cacheFolder = (name) =>
  join(resolve(process.env.HOMEWARD_CACHE || join(homedir(), '.cache', 'homeward')), name);

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

/** Why `what` cannot be had, when a program is missing or fails. */
const mustHave = (what, command, args, hint) =>
  runToEnd(command, args).catch((error) => {
    throw new NotHere(`${what} needs ${hint}; "${command}" cannot be run here (${error.code ?? 'it fails'}).`);
  });

/** @throws NotHere without Java 17 or newer. */
export const checkJava = async (what) => {
  const hint = 'Java 17 or newer (Debian: apt-get install default-jre-headless)';
  const version = /version "(\d+)/.exec(await mustHave(what, 'java', ['-version'], hint))?.[1];
  if (Number(version) < 17) throw new NotHere(`${what} needs ${hint}; this is Java ${version}.`);
};

/** @throws NotHere without the compiler of Java 17 or newer. */
export const checkCompiler = async (what) => {
  await checkJava(what);
  await mustHave(what, 'javac', ['-version'], 'the compiler of Java (Debian: apt-get install default-jdk-headless)');
};

const pomOf = (name, dependencies) => `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>homeward</groupId><artifactId>${name}</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
${dependencies
  .map((coordinates) => {
    const [group, artifact, version] = coordinates.split(':');
    return `    <dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  })
  .join('\n')}
  </dependencies>
</project>
`;

/**
 * The folder `name` of the cache that holds these `dependencies` (`group:artifact:version`) and all they need, fetched by Maven if it is not there.
 * Fetched aside and then renamed, so that a fetch cut short is never used; of two fetches at once the first to end counts.
 * @throws NotHere when Maven is missing, or cannot fetch.
 */
export const mavenJars = async ({ name, what, size, dependencies, say = () => undefined }) => {
  const folder = cacheFolder(name);
  if (existsSync(folder)) return folder;
  await mustHave(what, 'mvn', ['--version'], 'Maven to be fetched (Debian: apt-get install maven)');
  await mkdir(dirname(folder), { recursive: true });
  await dropStale(folder);
  const aside = await mkdtemp(`${folder}.fetching-`);
  try {
    say(`Fetching ${what} from Maven Central into ${folder} (${size}) …`);
    await writeFile(join(aside, 'pom.xml'), pomOf(name, dependencies));
    const target = join(aside, 'jars');
    await runToEnd('mvn', [
      ...['--batch-mode', '--strict-checksums', '--no-transfer-progress', '--file', join(aside, 'pom.xml')],
      ...[copyDependencies, '-DincludeScope=runtime', `-DoutputDirectory=${target}`],
    ]).catch((error) => {
      throw new NotHere(`Maven could not fetch ${what}. ${error.message}`, { cause: error });
    });
    for (const coordinates of dependencies) {
      const [, artifact, version] = coordinates.split(':');
      if (!existsSync(join(target, `${artifact}-${version}.jar`))) throw new NotHere(`Maven fetched no ${artifact}.`);
    }
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

/** HAPI (HL7 v2 and FHIR) from Maven Central, and the programs of this folder compiled against it. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder, checkCompiler, mavenJars, runToEnd } from '../support/maven-jars.mjs';

const hl7Version = '2.6.0';
const fhirVersion = '8.2.1';

export const programs = ['Hl7Client', 'FhirClient'];
const sourceOf = (program) => fileURLToPath(new URL(`${program}.java`, import.meta.url));

/** What Java needs on its class path to run `programs`. @throws NotHere without Java, its compiler or Maven. */
export const hapiClassPath = async () => {
  await checkCompiler('The outside client');
  const jars = await mavenJars({
    name: `hapi-${hl7Version}-${fhirVersion}`,
    what: `HAPI HL7 v2 ${hl7Version} and HAPI FHIR ${fhirVersion}`,
    size: '56 MB',
    dependencies: [
      `ca.uhn.hapi:hapi-base:${hl7Version}`,
      `ca.uhn.hapi:hapi-structures-v24:${hl7Version}`,
      `ca.uhn.hapi:hapi-structures-v25:${hl7Version}`,
      `ca.uhn.hapi.fhir:hapi-fhir-client:${fhirVersion}`,
      `ca.uhn.hapi.fhir:hapi-fhir-structures-r4:${fhirVersion}`,
      `ca.uhn.hapi.fhir:hapi-fhir-caching-caffeine:${fhirVersion}`,
      'org.slf4j:slf4j-nop:1.7.36',
    ],
  });
  return [join(jars, '*'), await compiled(jars)].join(':');
};

/** Compiled once for as long as the programs stay as they are. */
const compiled = async (jars) => {
  const texts = await Promise.all(programs.map((program) => readFile(sourceOf(program))));
  const hash = createHash('sha256').update(Buffer.concat(texts)).digest('hex').slice(0, 16);
  const folder = cacheFolder(`outside-client-${hl7Version}-${fhirVersion}-${hash}`);
  if (existsSync(folder)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  const aside = await mkdtemp(`${folder}.fetching-`);
  try {
    await runToEnd('javac', ['-cp', join(jars, '*'), '-d', join(aside, 'classes'), ...programs.map(sourceOf)]);
    await rename(join(aside, 'classes'), folder).catch((error) => {
      if (!existsSync(folder)) throw error;
    });
    return folder;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
};

/** Runs one of the programs to its end: the lines it printed, cut at tabs. */
export const runProgram = async (classPath, program, args) => {
  const said = await runToEnd('java', ['-XX:TieredStopAtLevel=1', '-cp', classPath, program, ...args]);
  return said
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));
};

import { plainToInstance, Transform, Type } from 'class-transformer';
import {
  IsIn,
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsUrl,
  Matches,
  Max,
  Min,
  MinLength,
  validate,
  ValidateIf,
} from 'class-validator';
import { access, constants, mkdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { codeOf } from './errors.js';
import { generatedKey } from './generated-keys.js';
import { readMllpSettings } from './mllp-settings.js';
import { Settings, type KafkaSettings } from './settings.js';

/** Everything that is wrong with the settings, all at once. */
export class SettingsFaults extends Error {
  override readonly name = 'SettingsFaults';
  constructor(readonly faults: readonly string[]) {
    super(`Settings cannot be used:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
}

const port =
  (name: string, { orOff = false } = {}): PropertyDecorator =>
  (target, key) => {
    const message = `${name} must be a port, 0 to 65535${orOff ? ', or off' : ''}`;
    Transform(({ value }: { value: unknown }) => (orOff && value === 'off' ? value : Number(value)))(target, key);
    ValidateIf((_, value) => value !== 'off')(target, key);
    IsInt({ message })(target, key);
    Min(0, { message })(target, key);
    Max(65535, { message })(target, key);
  };

const whole =
  (name: string, least: number, most: number): PropertyDecorator =>
  (target, key) => {
    const message = `${name} must be a whole number, ${String(least)} to ${String(most)}`;
    Type(() => Number)(target, key);
    IsInt({ message })(target, key);
    Min(least, { message })(target, key);
    Max(most, { message })(target, key);
  };

const keyText = /^(?:[0-9a-fA-F]{64}|[A-Za-z0-9+/]{43}=?|[A-Za-z0-9_-]{43})$/;

/** The environment as it may be: names as in `architecture.md` §8. */
class Environment {
  @IsOptional()
  @IsIn(['production', 'development', 'test'], { message: 'NODE_ENV must be production, development or test' })
  NODE_ENV?: string;

  @IsOptional()
  @IsIn(['1', 'users', '0'], { message: 'HOMEWARD_DEMO must be 1 (users and a synthetic borough), users, or 0' })
  HOMEWARD_DEMO?: string;

  @IsOptional()
  @IsIn(['postgres', 'eventstoredb'], { message: 'EVENT_STORE must be postgres or eventstoredb' })
  EVENT_STORE: Settings['eventStore'] = 'postgres';

  @IsOptional()
  @Matches(/^(?:esdb|kurrentdb)(?:\+discover)?:\/\/\S+$/, { message: 'EVENTSTORE_URL must be an esdb:// address' })
  EVENTSTORE_URL?: string;

  @IsOptional()
  @IsIn(['local', 'kafka'], { message: 'EVENT_FEED must be local or kafka' })
  EVENT_FEED: Settings['eventFeed'] = 'local';

  @IsOptional()
  @Matches(/^[^\s,:]+:\d+(?:,[^\s,:]+:\d+)*$/, { message: 'KAFKA_BROKERS must be host:port, with commas between' })
  KAFKA_BROKERS?: string;

  @IsOptional()
  @Matches(/^[A-Za-z0-9._-]{0,60}$/, { message: 'KAFKA_PREFIX must be letters, digits, dots, dashes: at most 60' })
  KAFKA_PREFIX = '';

  @IsOptional()
  @Type(() => Number)
  @IsInt({ message: 'KAFKA_PARTITIONS must be a whole number, 1 to 100' })
  @Min(1, { message: 'KAFKA_PARTITIONS must be a whole number, 1 to 100' })
  @Max(100, { message: 'KAFKA_PARTITIONS must be a whole number, 1 to 100' })
  KAFKA_PARTITIONS = 6;

  @IsOptional()
  @Type(() => Number)
  @IsInt({ message: 'KAFKA_REPLICAS must be a whole number, 1 to 9' })
  @Min(1, { message: 'KAFKA_REPLICAS must be a whole number, 1 to 9' })
  @Max(9, { message: 'KAFKA_REPLICAS must be a whole number, 1 to 9' })
  KAFKA_REPLICAS = 1;

  @IsOptional()
  @IsIn(['1', '0'], { message: 'KAFKA_TLS must be 1 or 0' })
  KAFKA_TLS?: string;

  @IsOptional()
  @IsIn(['scram-sha-512', 'plain'], { message: 'KAFKA_MECHANISM must be scram-sha-512 or plain' })
  KAFKA_MECHANISM: KafkaSettings['mechanism'] = 'scram-sha-512';

  @IsOptional()
  @IsNotEmpty({ message: 'KAFKA_USER must not be empty' })
  KAFKA_USER?: string;

  @IsOptional()
  @IsNotEmpty({ message: 'KAFKA_PASSWORD must not be empty' })
  KAFKA_PASSWORD?: string;

  @IsOptional()
  @Matches(/^postgres(?:ql)?:\/\/\S+$/, { message: 'DATABASE_URL must be a postgres:// address' })
  DATABASE_URL?: string;

  @IsOptional()
  @Type(() => Number)
  @IsInt({ message: 'DATABASE_POOL must be a whole number, 2 to 200' })
  @Min(2, { message: 'DATABASE_POOL must be a whole number, 2 to 200' })
  @Max(200, { message: 'DATABASE_POOL must be a whole number, 2 to 200' })
  DATABASE_POOL = 16;

  @IsOptional()
  @IsNotEmpty({ message: 'HTTP_HOST must be an address to listen on' })
  HTTP_HOST?: string;

  @IsOptional()
  @port('HTTP_PORT')
  HTTP_PORT = 3000;

  @IsOptional()
  @port('MLLP_PORT', { orOff: true })
  MLLP_PORT?: number | 'off';

  @IsOptional()
  @port('MLLP_TLS_PORT')
  MLLP_TLS_PORT?: number;

  @IsOptional()
  @IsNotEmpty()
  MLLP_TLS_CERT_FILE?: string;

  @IsOptional()
  @IsNotEmpty()
  MLLP_TLS_KEY_FILE?: string;

  @IsOptional()
  @IsNotEmpty()
  MLLP_TLS_CA_FILE?: string;

  @IsOptional()
  @IsNotEmpty()
  MLLP_ALLOW?: string;

  @IsOptional()
  @IsNotEmpty()
  MLLP_SENDERS?: string;

  @IsOptional()
  @Type(() => Number)
  @IsInt({ message: 'MLLP_LINES must be a whole number, 1 to 10000' })
  @Min(1, { message: 'MLLP_LINES must be a whole number, 1 to 10000' })
  @Max(10_000, { message: 'MLLP_LINES must be a whole number, 1 to 10000' })
  MLLP_LINES = 256;

  @IsNotEmpty({ message: 'DATA_DIR must be a folder' })
  DATA_DIR = './data';

  @IsOptional()
  @Matches(keyText, { message: 'MASTER_KEY must be 32 bytes, as 64 hexadecimal digits or in base64' })
  MASTER_KEY?: string;

  @IsOptional()
  @Matches(keyText, { message: 'PSEUDONYM_KEY must be 32 bytes, as 64 hexadecimal digits or in base64' })
  PSEUDONYM_KEY?: string;

  @Matches(/^[A-Za-z0-9-]{1,20}$/, { message: 'COUNCIL_CODE must be a code, e.g. E09000003' })
  COUNCIL_CODE = 'E09000003';

  @IsNotEmpty({ message: 'COUNCIL_NAME must not be empty' })
  COUNCIL_NAME = 'Barnet';

  @IsOptional()
  @IsUrl(
    { protocols: ['http', 'https'], require_protocol: true, require_tld: false },
    { message: 'PUBLIC_URL must be an http or https address' },
  )
  PUBLIC_URL?: string;

  @IsOptional()
  @MinLength(16, { message: 'METRICS_TOKEN must have at least 16 characters' })
  METRICS_TOKEN?: string;

  @IsOptional()
  @IsIn(['debug', 'info', 'warn', 'error', 'silent'], {
    message: 'LOG_LEVEL must be debug, info, warn, error or silent',
  })
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.toLowerCase() : value))
  LOG_LEVEL?: Settings['logLevel'];

  @IsOptional()
  @Type(() => Number)
  @IsInt({ message: 'SIGN_IN_LOCK_SECONDS must be a whole number, 1 to 86400' })
  @Min(1, { message: 'SIGN_IN_LOCK_SECONDS must be a whole number, 1 to 86400' })
  @Max(86_400, { message: 'SIGN_IN_LOCK_SECONDS must be a whole number, 1 to 86400' })
  SIGN_IN_LOCK_SECONDS?: number;

  @IsOptional()
  @whole('FEED_SILENT_MINUTES', 1, 10_080)
  FEED_SILENT_MINUTES = 30;

  @IsOptional()
  @whole('FEED_SILENT_USUAL', 1, 100_000)
  FEED_SILENT_USUAL = 5;

  @IsOptional()
  @whole('FEED_LATE_MINUTES', 0, 10_080)
  FEED_LATE_MINUTES = 60;
}

const bytesOf = (text: string): Buffer =>
  /^[0-9a-fA-F]{64}$/.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');

/** Beside TLS there are plain lines only where they are asked for. */
const plainPortOf = ({ MLLP_PORT, MLLP_TLS_PORT }: Environment): number | undefined => {
  if (MLLP_PORT === 'off') return undefined;
  return MLLP_PORT ?? (MLLP_TLS_PORT === undefined ? 2575 : undefined);
};

const sharedPorts = (ports: Readonly<Record<string, number | undefined>>): string[] => {
  const chosen = Object.entries(ports).filter(([, port]) => port !== undefined && port !== 0);
  return chosen.flatMap(([name, port], nth) =>
    chosen.slice(nth + 1).flatMap(([other, same]) => (same === port ? [`${name} and ${other} must differ`] : [])),
  );
};

/** Faults that need more than one setting to be seen. */
const faultsTogether = (env: Environment): string[] => {
  const faults: string[] = [];
  const ports = { HTTP_PORT: env.HTTP_PORT, MLLP_PORT: plainPortOf(env), MLLP_TLS_PORT: env.MLLP_TLS_PORT };
  faults.push(...sharedPorts(ports));
  if (env.EVENT_STORE === 'eventstoredb' && !env.EVENTSTORE_URL)
    faults.push('EVENTSTORE_URL is missing: EVENT_STORE is eventstoredb');
  if (env.EVENT_FEED === 'kafka' && !env.KAFKA_BROKERS) faults.push('KAFKA_BROKERS is missing: EVENT_FEED is kafka');
  if ((env.KAFKA_USER === undefined) !== (env.KAFKA_PASSWORD === undefined))
    faults.push('KAFKA_USER and KAFKA_PASSWORD go together');
  if (env.NODE_ENV !== 'production') return faults;
  if (!env.MASTER_KEY) faults.push('MASTER_KEY is missing: production has no default secrets');
  if (!env.PSEUDONYM_KEY) faults.push('PSEUDONYM_KEY is missing: production has no default secrets');
  if (env.HOMEWARD_DEMO !== undefined && env.HOMEWARD_DEMO !== '0')
    faults.push('HOMEWARD_DEMO must be 0 or absent in production: there are no demo users');
  if (env.MASTER_KEY && env.MASTER_KEY === env.PSEUDONYM_KEY) faults.push('MASTER_KEY and PSEUDONYM_KEY must differ');
  return faults;
};

/** The embedded PostgreSQL and generated keys live in `DATA_DIR`; with a server and keys of one's own nothing is written there. */
const needsFolder = (env: Environment): boolean =>
  !env.DATABASE_URL || (env.NODE_ENV !== 'production' && !(env.MASTER_KEY && env.PSEUDONYM_KEY));

const folderFaults = (folder: string): Promise<readonly string[]> =>
  makeFolder(folder)
    .then(() => access(join(folder, '.'), constants.W_OK | constants.X_OK))
    .then(
      () => [],
      () => [`DATA_DIR must be a folder that can be written; ${folder} is none`],
    );

/** Not by `mkdir` with `recursive`, which tries for ever where a file system takes no folders (/proc). */
const makeFolder = async (folder: string): Promise<void> => {
  const once = (): Promise<string | undefined> =>
    mkdir(folder).then(
      () => undefined,
      (error: unknown) => codeOf(error) ?? 'unknown',
    );
  if ((await once()) !== 'ENOENT' || dirname(folder) === folder) return;
  await makeFolder(dirname(folder));
  await once();
};

const demoOf = (value: string | undefined, mode: Settings['mode']): Settings['demo'] =>
  mode === 'production' || value === '0' ? 'off' : value === 'users' ? 'users' : 'full';

const kafkaOf = (env: Environment): KafkaSettings | undefined =>
  env.KAFKA_BROKERS === undefined
    ? undefined
    : {
        brokers: env.KAFKA_BROKERS.split(','),
        prefix: env.KAFKA_PREFIX,
        partitions: env.KAFKA_PARTITIONS,
        replicas: env.KAFKA_REPLICAS,
        tls: env.KAFKA_TLS === '1',
        mechanism: env.KAFKA_MECHANISM,
        user: env.KAFKA_USER,
        password: env.KAFKA_PASSWORD,
      };

/** `NAME_FILE` gives the value of `NAME` in a file: so secrets need not stand in the environment. */
const withFiles = async (given: Readonly<Record<string, string>>): Promise<Record<string, string>> => {
  const values: Record<string, string> = { ...given };
  const faults: string[] = [];
  for (const name of mayComeFromFiles) {
    const file = given[`${name}_FILE`];
    if (file === undefined) continue;
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) faults.push(`${name}_FILE must name a file that can be read`);
    else values[name] ??= text.trim();
  }
  if (faults.length > 0) throw new SettingsFaults(faults);
  return values;
};

const mayComeFromFiles = [
  'MASTER_KEY',
  'PSEUDONYM_KEY',
  'DATABASE_URL',
  'EVENTSTORE_URL',
  'KAFKA_PASSWORD',
  'METRICS_TOKEN',
  'MLLP_SENDERS',
];

/**
 * The settings of this process, from the environment. In development, keys that are not given are made once and kept
 * under `DATA_DIR`, readable by their owner only.
 * @throws SettingsFaults naming every fault.
 */
export const readSettings = async (environment: Readonly<Record<string, string | undefined>>): Promise<Settings> => {
  // An empty variable is one that was not set: compose files and shells write them so.
  const given = Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value === undefined || value.trim() === '' ? [] : [[name, value]],
    ),
  );
  const env = plainToInstance(Environment, await withFiles(given), { exposeDefaultValues: true });
  const errors = await validate(env, { whitelist: true });
  const dataDir = resolve(env.DATA_DIR);
  const mllp = await readMllpSettings(
    env,
    given['MLLP_SENDERS'] === undefined ? given['MLLP_SENDERS_FILE'] : undefined,
  );
  const faults = [
    ...errors.flatMap((error) => Object.values(error.constraints ?? {}).slice(0, 1)),
    ...faultsTogether(env),
    ...(needsFolder(env) ? await folderFaults(dataDir) : []),
    ...(mllp.ok ? [] : mllp.faults),
  ];
  if (faults.length > 0 || !mllp.ok) throw new SettingsFaults(faults);
  const mode = env.NODE_ENV === 'production' ? 'production' : 'development';
  return {
    mode,
    demo: demoOf(env.HOMEWARD_DEMO, mode),
    httpHost: env.HTTP_HOST ?? '0.0.0.0',
    httpPort: env.HTTP_PORT,
    mllpPort: plainPortOf(env),
    mllp: mllp.value,
    dataDir,
    databaseUrl: env.DATABASE_URL,
    databasePoolSize: env.DATABASE_POOL,
    eventStore: env.EVENT_STORE,
    eventStoreUrl: env.EVENTSTORE_URL,
    eventFeed: env.EVENT_FEED,
    kafka: kafkaOf(env),
    masterKey: env.MASTER_KEY ? bytesOf(env.MASTER_KEY) : await generatedKey(dataDir, 'master'),
    pseudonymKey: env.PSEUDONYM_KEY ? bytesOf(env.PSEUDONYM_KEY) : await generatedKey(dataDir, 'pseudonym'),
    council: { code: env.COUNCIL_CODE, name: env.COUNCIL_NAME },
    publicUrl: env.PUBLIC_URL?.replace(/\/+$/, ''),
    metricsToken: env.METRICS_TOKEN,
    logLevel: env.LOG_LEVEL ?? (mode === 'production' ? 'info' : 'warn'),
    feedRule: {
      silentMinutes: env.FEED_SILENT_MINUTES,
      silentUsual: env.FEED_SILENT_USUAL,
      lateMinutes: env.FEED_LATE_MINUTES,
    },
    signInLockSeconds: env.SIGN_IN_LOCK_SECONDS ?? (mode === 'production' ? 900 : 60),
  };
};

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '#libs/platform/ports.js';
import { projectRoot } from '#libs/platform/root.js';
import { apiClient, type ApiClient } from '../support/api-client.js';
import { startTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import type { TestKafka } from '../support/kafka.js';
import { contexts, serviceOf, type Context } from './routes.js';

interface Running {
  readonly child: ChildProcess;
  readonly gone: Promise<void>;
  readonly said: string[];
}

/** The five contexts as processes of their own, on one PostgreSQL and one Kafka. Paths go to the service that has them. */
export class FiveServices {
  readonly #running = new Map<Context, Running>();
  readonly #tokens = new Map<string, string>();

  private constructor(
    readonly database: TestDatabase,
    private readonly kafka: TestKafka,
    private readonly dataDir: string,
    private readonly ports: ReadonlyMap<Context, number>,
  ) {}

  static async start(kafka: TestKafka): Promise<FiveServices> {
    const ports = new Map<Context, number>();
    for (const context of contexts) ports.set(context, await freePort());
    const dataDir = await mkdtemp(join(tmpdir(), 'homeward-services-'));
    const services = new FiveServices(await startTestDatabase(), kafka, dataDir, ports);
    await Promise.all(contexts.map((context) => services.start(context)));
    await services.settled();
    return services;
  }

  urlOf(context: Context): string {
    return `http://127.0.0.1:${String(this.ports.get(context))}`;
  }

  /** The environment all of them share. */
  get env(): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '',
      TZ: 'UTC',
      HOMEWARD_DEMO: 'users',
      HTTP_HOST: '127.0.0.1',
      LOG_LEVEL: 'info',
      DATA_DIR: this.dataDir,
      DATABASE_URL: this.database.url,
      DATABASE_POOL: '8',
      MASTER_KEY: '0'.repeat(63) + '1',
      PSEUDONYM_KEY: '0'.repeat(63) + '2',
      EVENT_FEED: 'kafka',
      KAFKA_BROKERS: this.kafka.brokers.join(','),
      KAFKA_PREFIX: this.kafka.prefix,
      KAFKA_PARTITIONS: '3',
    };
  }

  async start(context: Context): Promise<void> {
    const node = join(projectRoot, 'node_modules', '.bin', 'node');
    const child = spawn(node, [join(projectRoot, 'dist', 'apps', context, 'main.js')], {
      cwd: projectRoot,
      env: { ...this.env, HTTP_PORT: String(this.ports.get(context)), MLLP_PORT: String(await freePort()) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
    this.#running.set(context, { child, gone, said });
    await eventually(
      `${context} says that it is ready`,
      () => {
        if (child.exitCode !== null) throw new Error(`${context} ended: ${said.join('')}`);
        return said.join('').includes(`Homeward ${context} is ready`);
      },
      60_000,
    );
  }

  /** `kill -9`, or SIGTERM; gives the milliseconds it took. */
  async end(context: Context, signal: 'SIGKILL' | 'SIGTERM'): Promise<number> {
    const running = this.#running.get(context);
    const asked = performance.now();
    running?.child.kill(signal);
    await running?.gone;
    this.#running.delete(context);
    return performance.now() - asked;
  }

  /** Everything the services wrote to their logs. */
  get said(): string {
    return [...this.#running.values()].flatMap(({ said }) => said).join('');
  }

  /** Waits until no consumer of any running service is behind, twice in a row: what policies wrote was dealt with too. */
  async settled(timeoutMs = 60_000): Promise<void> {
    const admin = await this.token('admin');
    let calm = '';
    await eventually(
      'all services have caught up',
      async () => {
        const asked = [...this.#running.keys()].map((context) =>
          apiClient(this.urlOf(context), admin).get('/operations/consumers'),
        );
        const heads: string[] = [];
        for (const { json, status } of await Promise.all(asked)) {
          const consumers = json['consumers'];
          if (status !== 200 || !Array.isArray(consumers)) return false;
          if (
            consumers.some(
              (consumer: { lag: number; state: string }) => consumer.lag > 0 || consumer.state !== 'running',
            )
          )
            return false;
          heads.push(String(json['head']));
        }
        const before = calm;
        calm = new Set(heads).size === 1 ? (heads[0] ?? '') : '';
        return calm !== '' && calm === before;
      },
      timeoutMs,
    );
  }

  /** A client that finds the service of each path, and asks only once everything before was dealt with. */
  async api(username: string): Promise<ApiClient> {
    const token = await this.token(username);
    const at = (path: string): ApiClient => {
      const whole = path.startsWith('/api') ? path : `/api/v1${path}`;
      return apiClient(this.urlOf(serviceOf(whole)), token);
    };
    return {
      token,
      get: async (path, headers) => {
        await this.settled();
        return at(path).get(path, headers);
      },
      post: async (path, body, headers) => {
        await this.settled();
        return at(path).post(path, body, headers);
      },
      put: (path, body, headers) => at(path).put(path, body, headers),
      patch: (path, body, headers) => at(path).patch(path, body, headers),
      delete: (path, headers) => at(path).delete(path, headers),
    };
  }

  /** Signed in once, at any service: all of them know the token. */
  private async token(username: string): Promise<string> {
    const known = this.#tokens.get(username);
    if (known !== undefined) return known;
    const [context = 'discharge'] = this.#running.keys();
    const answer = await apiClient(this.urlOf(context)).post('/auth/token', { username, password: 'homeward-demo' });
    const token = answer.text('accessToken');
    this.#tokens.set(username, token);
    return token;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((context) => this.end(context, 'SIGTERM')));
    await this.database.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

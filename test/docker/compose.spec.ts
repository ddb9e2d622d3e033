import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { projectRoot } from '#libs/platform/root.js';
import { nginxConf } from '../../docker/nginx-conf.mjs';
import { contexts, routesOf, serviceOf } from '../services/routes.js';

const text = (name: string): string => readFileSync(join(projectRoot, 'docker', name), 'utf8');

type Part = Readonly<Record<string, unknown>>;

const isPart = (value: unknown): value is Part => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What stands under these names in compose.yaml; anchors and merges are resolved. */
const composed = (...names: string[]): Part => {
  let found: unknown = parse(text('compose.yaml'), { merge: true });
  for (const name of names) found = isPart(found) ? found[name] : undefined;
  if (!isPart(found)) throw new Error(`compose.yaml has no ${names.join('.')}`);
  return found;
};

const services = Object.keys(composed('services'));

describe('docker/nginx.conf', () => {
  const conf = text('nginx.conf');
  const routes = Object.fromEntries(contexts.map((context) => [context, routesOf(context)]));
  const patterns = [...conf.matchAll(/^ {4}~(\S+) (\w+):3000;$/gm)].map(([, pattern = '', service = '']) => ({
    pattern: new RegExp(pattern),
    service,
  }));
  const answeredBy = (path: string): string =>
    patterns.find(({ pattern }) => pattern.test(path))?.service ?? 'discharge';

  it('is what routes.json makes', () => {
    expect(conf).toBe(nginxConf(routes));
  });

  it.each(contexts.flatMap(routesOf))('sends %s, and what is below it, where routes.json says', (path) => {
    const below = path === '/' ? '/sign-in' : `${path}/1`;
    expect([answeredBy(path), answeredBy(below)]).toEqual([serviceOf(path), serviceOf(below)]);
  });

  it('has what each service says of itself below its name, and nothing else there', () => {
    const [, own = ''] = /^ {4}location ~ (\S+) \{$/m.exec(conf) ?? [];
    const askedOf = (path: string): unknown => ({ ...new RegExp(own).exec(path)?.groups });
    for (const context of contexts)
      for (const path of ['/operations', '/operations/parked/retry', '/health/ready', '/metrics', '/api/openapi.json'])
        expect(askedOf(`/services/${context}${path}`)).toEqual({ one: context, own: path });
    for (const path of [
      '/services/postgres/metrics',
      '/services/intake/api/v1/stays',
      '/services/intake',
      '/operations',
    ])
      expect(askedOf(path)).toEqual({});
  });

  it('does not take a longer word for the path', () => {
    expect(answeredBy('/api/v1/peoples')).toBe('discharge');
  });
});

describe('docker/compose.yaml', () => {
  it('starts each context from the one image, by its own command', () => {
    for (const context of contexts)
      expect(composed('services', context)).toMatchObject({
        image: 'homeward',
        command: ['node', `dist/apps/${context}/main.js`],
      });
  });

  it.each(services)('lets %s do no more than it must', (service) => {
    expect(composed('services', service)).toMatchObject({
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      mem_limit: expect.any(String),
      cpus: expect.any(Number),
      pids_limit: expect.any(Number),
    });
  });

  it.each([...contexts, 'proxy', 'postgres'])('gives %s a file system that cannot be written', (service) => {
    expect(composed('services', service)).toMatchObject({ read_only: true });
  });

  it('lets the init of PostgreSQL, which stays root, pass a stop on to a server that is not', () => {
    expect(composed('services', 'postgres')).toMatchObject({ init: true });
    expect(composed('services', 'postgres')['cap_add']).toEqual(expect.arrayContaining(['SETUID', 'KILL']));
  });

  it('starts the proxy also when a service has to start twice', () => {
    expect(composed('services', 'proxy')['depends_on']).toEqual(contexts);
  });

  it('calls PostgreSQL healthy when its database answers, not only the server', () => {
    expect(composed('services', 'postgres', 'healthcheck')['test']).toEqual(
      expect.arrayContaining(['psql', '-h', '127.0.0.1', '-d', 'homeward']),
    );
  });

  it('publishes ports to this machine alone unless told otherwise', () => {
    const ports = services.flatMap((service) => composed('services', service)['ports'] ?? []);
    expect(ports).toEqual(['${MLLP_ADDRESS:-127.0.0.1:2575}:2575', '${HTTP_ADDRESS:-127.0.0.1:8080}:8080']);
  });

  it('takes secrets from files that git does not keep, each with an example', () => {
    const files = Object.values(composed('secrets')).map((secret) => (isPart(secret) ? String(secret['file']) : ''));
    const paths = files.map((file) => join('docker', file));
    for (const file of files) expect(text(`${file}.example`).trim()).not.toBe('');
    const ignored = execFileSync('git', ['check-ignore', ...paths], { cwd: projectRoot, encoding: 'utf8' });
    expect(ignored.trim().split('\n')).toEqual(paths);
  });

  it('keeps the log in PostgreSQL, and in EventStoreDB when that profile is chosen', () => {
    expect(composed('services', 'intake', 'environment')).toMatchObject({
      EVENT_STORE: '${COMPOSE_PROFILES:-postgres}',
    });
    expect(composed('services', 'eventstore')).toMatchObject({ profiles: ['eventstoredb'] });
  });
});

import { capabilities, grantOf, roles, type Role } from '#libs/access/capabilities.js';
import { Users } from '#libs/access/postgres-users.js';
import { isApi, OpenApi } from '#libs/platform/openapi.js';
import { Routes, type Route } from '#libs/platform/routes.js';
import { apiClient, type ApiClient } from '../../test/support/api-client.js';
import { startTestApp, type TestApp } from '../../test/support/app.js';

const nameOf = ({ method, path }: Route): string => `${method} ${path}`;

/** A path one may ask for: parameters filled with an id nobody has. */
const addressOf = ({ path }: Route): string => path.replaceAll(/:(\w+)/g, 'no-such-id').replaceAll('*', 'x');

describe('the whole of Homeward', () => {
  let app: TestApp;
  let routes: readonly Route[];
  const clients = new Map<Role, ApiClient>();
  const nobody = (): ApiClient => apiClient(app.url);

  beforeAll(async () => {
    app = await startTestApp();
    routes = app.get(Routes).all();
    await app.get(Users).add({ username: 'feed', password: 'feed', role: 'feed', organisation: 'RAL' });
    for (const role of roles) clients.set(role, await app.api(role, role === 'feed' ? 'feed' : undefined));
  }, 120_000);
  afterAll(() => app.stop());

  /** Asks as a program that sends nothing useful: whoever may gets an answer of the route, whoever may not gets 403. */
  const ask = async (client: ApiClient, route: Route): Promise<number> => {
    const path = addressOf(route);
    const url = path.startsWith('/api') || path.startsWith('/fhir') ? path : `/api/../${path.slice(1)}`;
    const abort = new AbortController();
    const response = await fetch(new URL(url, app.url), {
      method: route.method,
      redirect: 'manual',
      signal: abort.signal,
      headers: {
        ...(client.token === undefined ? {} : { authorization: `Bearer ${client.token}` }),
        accept: 'application/json',
        ...(route.method === 'GET' ? {} : { 'content-type': 'application/json' }),
      },
      ...(route.method === 'GET' ? {} : { body: '{"no-such-field":true}' }),
    });
    abort.abort();
    return response.status;
  };

  it('has routes, each with who may or why everybody may', () => {
    expect(routes.length).toBeGreaterThan(60);
    expect(routes.filter(({ capability, open }) => capability === undefined && open === undefined).map(nameOf)).toEqual(
      [],
    );
    expect(
      routes.filter(({ capability }) => capability !== undefined && !(capability in capabilities)).map(nameOf),
    ).toEqual([]);
  });

  it('has no route beside those of its controllers and its assets', () => {
    const known = new Set(routes.map(({ method, path }) => `${method} ${path}`));
    const others = [...app.get(Routes).served].filter(
      (route) =>
        !known.has(route) && !/^(?:GET|HEAD) \/assets\//.test(route) && !known.has(route.replace('HEAD ', 'GET ')),
    );
    expect(others).toEqual([]);
  });

  it('lets nobody in without a session or token, except where a route says why', async () => {
    const wrong: string[] = [];
    for (const route of routes.filter(({ open }) => open === undefined)) {
      const status = await ask(nobody(), route);
      if (status !== 401) wrong.push(`${nameOf(route)} answers ${String(status)}`);
    }
    expect(wrong).toEqual([]);
  });

  it.each(roles.filter((role) => role !== 'admin'))(
    'lets %s do what the table says and nothing else',
    async (role) => {
      const client = clients.get(role);
      const wrong: string[] = [];
      for (const route of routes) {
        // Signing out would end the very token that asks.
        if (route.capability === undefined || client === undefined || route.path.endsWith('/sign-out')) continue;
        const may = grantOf(role, route.capability, true) !== undefined;
        const status = await ask(client, route);
        if (!may && status !== 403) wrong.push(`${nameOf(route)} answers ${String(status)} to ${role}, who may not`);
        // 501: says itself that it comes later.
        if (may && (status === 401 || (status >= 500 && status !== 501)))
          wrong.push(`${nameOf(route)} answers ${String(status)} to ${role}, who may`);
      }
      expect(wrong).toEqual([]);
    },
    60_000,
  );

  it('describes every route for programs, and no other, in its OpenAPI document', async () => {
    const { json } = await nobody().get('/api/openapi.json');
    const paths: unknown = json['paths'];
    const described = Object.entries(typeof paths === 'object' && paths !== null ? paths : {}).flatMap(
      ([path, operations]) =>
        Object.keys(typeof operations === 'object' && operations !== null ? operations : {}).map(
          (method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
        ),
    );
    expect([...described].sort()).toEqual(routes.filter(isApi).map(nameOf).sort());
    expect(app.get(OpenApi).document()).toEqual(json);
  });
});

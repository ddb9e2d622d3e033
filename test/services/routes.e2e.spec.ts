import { Routes } from '#libs/platform/routes.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { contexts, routesOf, serviceOf } from './routes.js';

/** Paths that every service answers by itself. */
const everywhere =
  /^\/(?:health|metrics|assets|api\/(?:docs|openapi|asyncapi|schemas)|api\/v1\/(?:auth|audit|operations)|sign-in|sign-out|account|operations$|operations\/parked)/;

describe('the paths of the services', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  }, 60_000);
  afterAll(() => app.stop());

  it('are all named in docker/routes.json, each with the context whose folder has it', () => {
    const missing = app
      .get(Routes)
      .all()
      .map(({ path }) => path)
      .filter(
        (path) =>
          !everywhere.test(path) &&
          !contexts.some((context) => routesOf(context).some((prefix) => prefix !== '/' && path.startsWith(prefix))),
      )
      .filter((path) => path !== '/');
    expect([...new Set(missing)]).toEqual([]);
    expect(serviceOf('/api/v1/cases/1')).toBe('discharge');
    expect(serviceOf('/operations/quarantine')).toBe('intake');
  });
});

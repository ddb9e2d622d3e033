import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '#libs/platform/root.js';

export const contexts = ['intake', 'discharge', 'brokerage', 'reablement', 'insights'] as const;
export type Context = (typeof contexts)[number];

const routes: unknown = JSON.parse(readFileSync(join(projectRoot, 'docker', 'routes.json'), 'utf8'));

/** The beginnings of paths that a context answers, as the proxy in front of the services knows them. */
export const routesOf = (context: Context): readonly string[] => {
  if (typeof routes !== 'object' || routes === null) return [];
  const found: unknown = Reflect.get(routes, context);
  return Array.isArray(found) ? found.map(String) : [];
};

/** Which service answers a path: the one with the longest beginning of it. */
export const serviceOf = (path: string): Context => {
  const [found] = contexts
    .flatMap((context) => routesOf(context).map((prefix) => ({ context, prefix })))
    .filter(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`) || path.startsWith(`${prefix}?`))
    .toSorted((a, b) => b.prefix.length - a.prefix.length);
  return found?.context ?? 'discharge';
};

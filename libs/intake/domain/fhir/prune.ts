import { extensions } from './urls.js';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const known: ReadonlySet<unknown> = new Set(Object.values(extensions));
/** Stands for an extension that is not read, so that those that are keep their number. */
const other = { url: 'other' };

/**
 * Only what the schema names: narrative, photographs, contacts and other people's extensions are not for the council to hold (architecture.md §7).
 * What is of a wrong type, or too much, stays as it is, for the check to refuse.
 */
export const pruned = (value: unknown, schema: object): unknown => {
  if (Array.isArray(value)) return prunedList(value, schema);
  const properties: unknown = Reflect.get(schema, 'properties');
  if (!isObject(value) || !isObject(properties)) return value;
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, inner]) => {
      if (!Object.hasOwn(value, name) || !isObject(inner)) return [];
      const said = value[name];
      return [[name, pruned(name === 'extension' ? withoutOthers(said) : said, inner)]];
    }),
  );
};

const prunedList = (value: readonly unknown[], schema: object): unknown => {
  const items: unknown = Reflect.get(schema, 'items');
  const most: unknown = Reflect.get(schema, 'maxItems');
  const tooMany = typeof most === 'number' && value.length > most;
  return isObject(items) && !tooMany ? value.map((one) => pruned(one, items)) : value;
};

/** The parts of an extension are named by words and stay; a whole one stays if its address is known. */
const withoutOthers = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map((one: unknown) => {
        const url = isObject(one) ? one['url'] : undefined;
        return typeof url === 'string' && url.includes(':') && !known.has(url) ? other : one;
      })
    : value;

/** JSON Schema as it is walked here: plain objects. */
export type SchemaNode = Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is SchemaNode =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const branchesOf = (schema: SchemaNode): SchemaNode[] => {
  const combined = [schema['anyOf'], schema['oneOf'], schema['allOf']];
  return [schema, ...combined.flatMap((list) => (Array.isArray(list) ? list.filter(isNode).flatMap(branchesOf) : []))];
};

/** The personal fields of a data schema, each as the path to it: `[['owner', 'person']]`. */
export const personalPathsOf = (schema: SchemaNode, path: readonly string[] = []): string[][] => {
  const paths = new Map<string, string[]>();
  for (const branch of branchesOf(schema)) {
    if (branch['x-personal'] === true) return [[...path]];
    const properties = branch['properties'];
    if (!isNode(properties)) continue;
    for (const [name, property] of Object.entries(properties))
      if (isNode(property))
        for (const found of personalPathsOf(property, [...path, name])) paths.set(found.join('.'), found);
  }
  return [...paths.values()];
};

const sealedSchema: SchemaNode = {
  type: 'object',
  required: ['sealed', 'by', 'in', 'field'],
  additionalProperties: false,
  properties: {
    sealed: { type: 'string' },
    by: { type: 'string' },
    in: { type: 'string' },
    field: { type: 'string' },
  },
};

/** The same schema, with a sealed value taken wherever a personal one is. */
export const acceptingSealed = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(acceptingSealed);
  if (!isNode(schema)) return schema;
  const { 'x-personal': personal, ...rest } = schema;
  const inner = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, acceptingSealed(value)]));
  return personal === true ? { anyOf: [sealedSchema, inner] } : inner;
};

/** Replaces one field of the data, copying only the way to it; `undefined` fields are left out. */
export const replaceAt = (
  data: unknown,
  path: readonly string[],
  replace: (value: unknown) => Promise<unknown>,
): Promise<unknown> | unknown => {
  const [name, ...rest] = path;
  if (name === undefined) return replace(data);
  if (!isNode(data) || data[name] === undefined) return data;
  return (async () => ({ ...data, [name]: await replaceAt(data[name], rest, replace) }))();
};

/** A piece of a JSON document. */
export type Json = Readonly<Record<string, unknown>>;

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const text = (description?: string, more: Json = {}): Json => ({
  type: 'string',
  ...(description === undefined ? {} : { description }),
  ...more,
});

export const reference = (path: string): Json => ({ $ref: `#/${path}` });

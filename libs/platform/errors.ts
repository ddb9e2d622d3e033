// By shape and not by class: errors cross realms (test runners, workers), and anything may be thrown.
const textOf = (error: unknown, field: 'code' | 'name' | 'message'): string | undefined => {
  if (typeof error !== 'object' || error === null) return undefined;
  const text: unknown = Reflect.get(error, field);
  return typeof text === 'string' ? text : undefined;
};

/** The `code` of an error of Node or of a driver. */
export const codeOf = (error: unknown): string | undefined => textOf(error, 'code');

/** The class of an error: what may be said of it in a log, as its message may quote a value. */
export const nameOf = (error: unknown): string => textOf(error, 'name') ?? 'unknown';

/** The sentence of an error, for whoever runs a program by hand. */
export const messageOf = (error: unknown): string => textOf(error, 'message') ?? String(error);

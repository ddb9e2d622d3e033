import { createHash } from 'node:crypto';

/** A statement for `query` of pg that is parsed and planned once a connection. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

const names = new Map<string, string>();
/** How often the log has become four times as long, as far as this process has seen it. */
let growth = 0;

/**
 * Tells how far the log reaches. Tables grow with it, and a plan kept from when they were small would read all of a large one: each time the
 * log is four times as long, plans are made anew.
 */
export const logReaches = (position: string): void => {
  growth = Math.max(growth, Math.floor(Math.log2(Number(position) + 1) / 2));
};

/**
 * For statements that are sent with every message or page: planning one with several parts takes longer than running it. For a fixed, small
 * number of texts only, since every connection keeps each of them; and not for figures and lists, whose best plan depends on what is asked.
 */
export const prepared = (text: string, values: readonly unknown[]): PreparedStatement => {
  let name = names.get(text);
  if (name === undefined) {
    name = createHash('sha256').update(text).digest('base64url').slice(0, 16);
    names.set(text, name);
  }
  return { name: `${name}-${String(growth)}`, text, values: [...values] };
};

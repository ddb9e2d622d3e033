/** Numbers of messages that a feed should have sent and that did not come. */
export interface Gaps {
  /** What was counted: MSH-13, or MSH-10 where that is a number. */
  readonly of: 'sequence' | 'control-id';
  readonly missing: number;
  /** The first of the missing, as ranges; at most twenty. */
  readonly ranges: readonly { readonly from: number; readonly to: number }[];
}

/** A message as it came, the oldest first. */
export interface Numbered {
  readonly controlId: string;
  readonly sequence: number | null;
}

/** Fewer say nothing about how a sender counts. */
const fewest = 20;
const mostRanges = 20;

const numberOf = (controlId: string): number | null =>
  /^(?:[A-Za-z]{0,10}[-_]?)0*(\d{1,15})$/.test(controlId) ? Number(/0*(\d{1,15})$/.exec(controlId)?.[1]) : null;

const prefixOf = (controlId: string): string => controlId.replace(/\d+$/, '');

/**
 * Whether the numbers count up: nine of ten are greater than the one before, as far as they came in order, and at least half of all
 * numbers between the least and the greatest are there (a sender that counts for many receivers leaves most of them out).
 */
const gapsOf = (of: Gaps['of'], numbers: readonly number[]): Gaps | null => {
  if (numbers.length < fewest) return null;
  const rising = numbers.filter((number, at) => at > 0 && number > (numbers[at - 1] ?? number)).length;
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const [least, greatest] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
  const missing = greatest - least + 1 - sorted.length;
  if (rising < 0.9 * (numbers.length - 1) || missing > sorted.length) return null;
  const ranges = sorted.flatMap((number, at) => {
    const next = sorted[at + 1];
    return next === undefined || next === number + 1 ? [] : [{ from: number + 1, to: next - 1 }];
  });
  return { of, missing, ranges: ranges.slice(0, mostRanges) };
};

/** What is missing among the last messages of a feed; null where its numbers do not count up. Sequence numbers say it more surely than control ids. */
export const missingAmong = (messages: readonly Numbered[]): Gaps | null => {
  const sequences = messages.flatMap(({ sequence }) => sequence ?? []);
  const bySequence = sequences.length === messages.length ? gapsOf('sequence', sequences) : null;
  if (bySequence) return bySequence;
  const prefixes = new Set(messages.map(({ controlId }) => prefixOf(controlId)));
  const numbers = messages.flatMap(({ controlId }) => numberOf(controlId) ?? []);
  return prefixes.size === 1 && numbers.length === messages.length ? gapsOf('control-id', numbers) : null;
};

/** An entry that says another was made in error. */
export interface Mark {
  readonly eventId: string;
  /** The entry it marks: an earlier one, and that may itself be a mark. */
  readonly marks: string;
}

/** The entries that do not count, of marks in the order they were made: a mark that was itself marked in error takes nothing back. */
export const struckEntries = (marks: readonly Mark[]): ReadonlySet<string> => {
  const struck = new Set<string>();
  for (const mark of marks.toReversed()) if (!struck.has(mark.eventId)) struck.add(mark.marks);
  return struck;
};

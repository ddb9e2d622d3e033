/** Whether MSH-12 names this version (`2.5`, `2.3.1`) or a later one. A version that cannot be read is from none. */
export const isFrom = (version: string, least: string): boolean => {
  const [named, asked] = [parts(version), parts(least)];
  const at = [0, 1, 2].find((n) => (named[n] ?? 0) !== (asked[n] ?? 0));
  return /^\d+\.\d/.test(version) && (at === undefined || (named[at] ?? 0) > (asked[at] ?? 0));
};

const parts = (version: string): readonly number[] => version.split('.').map((part) => Number.parseInt(part, 10) || 0);

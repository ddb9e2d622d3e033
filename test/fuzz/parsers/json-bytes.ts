const utf8 = new TextDecoder('utf-8', { fatal: true });

/** JSON in UTF-8, as the doors take it; undefined for what is none. */
export const jsonOf = (bytes: Buffer): { readonly value: unknown } | undefined => {
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes));
    return { value };
  } catch {
    return undefined;
  }
};

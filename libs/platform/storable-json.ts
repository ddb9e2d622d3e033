/** `jsonb` takes neither NUL nor half a character: both become the replacement character, here as at every rebuild. */
export function storableJson(row: unknown): string {
  const text = JSON.stringify(row);
  if (!/\\u(0000|d[89a-f])/i.test(text)) return text;
  const storable = (value: string): string => value.replaceAll('\u0000', '\ufffd').toWellFormed();
  return JSON.stringify(row, (_name, value: unknown) => {
    if (typeof value === 'string') return storable(value);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [storable(name), part]));
  });
}

const parts = ['ward', 'room', 'bed', 'hospital'] as const;
export type PlacePart = (typeof parts)[number];
export type PackedPlace = Partial<Record<PlacePart, string>>;

type Piece = { readonly part: PlacePart } | { readonly text: string };

/** The pieces of a format such as `{hospital}-{ward}/{bed}`, or what is wrong with it. */
export const piecesOf = (format: string): readonly Piece[] | string => {
  const pieces = format.split(/(\{[^{}]*\})/).filter((piece) => piece !== '');
  const read: Piece[] = [];
  const seen = new Set<string>();
  for (const piece of pieces) {
    if (!piece.startsWith('{')) {
      if (/[{}]/.test(piece)) return 'has a bracket without its other half';
      read.push({ text: piece });
      continue;
    }
    const name = piece.slice(1, -1);
    const part = parts.find((one) => one === name);
    if (!part) return `may name ${parts.map((one) => `{${one}}`).join(', ')} and nothing else`;
    if (seen.has(part)) return `names {${part}} twice`;
    const last = read.at(-1);
    if (last && 'part' in last) return `must have something between {${last.part}} and {${part}}`;
    seen.add(part);
    read.push({ part });
  }
  return seen.has('ward') ? read : 'must name {ward}';
};

/**
 * What a packed component says, by a format: each part goes up to the next text of the format, the last to the end, and none is empty.
 * Undefined when the text is not of that format.
 */
export const unpack = (text: string, format: string): PackedPlace | undefined => {
  const pieces = piecesOf(format);
  if (typeof pieces === 'string') return undefined;
  const found: PackedPlace = {};
  let at = 0;
  for (const [n, piece] of pieces.entries()) {
    if ('text' in piece) {
      if (!text.startsWith(piece.text, at)) return undefined;
      at += piece.text.length;
      continue;
    }
    const next = pieces[n + 1];
    const end = next && 'text' in next ? text.indexOf(next.text, at) : text.length;
    const value = end < 0 ? '' : text.slice(at, end).trim();
    if (value === '') return undefined;
    found[piece.part] = value;
    at = end;
  }
  return at === text.length ? found : undefined;
};

/** A well mixed 32-bit number of two others (the finalizer of MurmurHash3): different inputs, different outputs. */
const mixed = (a: number, b: number): number => {
  let value = (Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77)) >>> 0;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
};

const hex8 = (value: number): string => value.toString(16).padStart(8, '0');

/** 32 hexadecimal digits that are a function of the two numbers, and of no others. */
export const hexOf = (number: number, slot: number): string =>
  hex8(mixed(number, slot)) +
  hex8(mixed(slot + 1, number)) +
  hex8(mixed(number + 0x5bd1, slot)) +
  hex8(mixed(number, ~slot));

/**
 * An id of the kind of `like`: a UUID of its version (of version 7, made at `at`, so that those made later sort later), or a hash of
 * its length.
 */
export const idLike = (like: string, number: number, slot: number, at: number): string => {
  const hex = hexOf(number, slot);
  if (!like.includes('-')) return (hex + hexOf(number, slot + 2_000_000)).slice(0, like.length);
  const version = like.charAt(14);
  const head = version === '7' ? (at + slot).toString(16).padStart(12, '0') : hex.slice(20, 32);
  return `${head.slice(0, 8)}-${head.slice(8)}-${version}${hex.slice(0, 3)}-8${hex.slice(3, 6)}-${hex.slice(6, 18)}`;
};

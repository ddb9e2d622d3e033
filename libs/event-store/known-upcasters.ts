import type { Upcaster } from './upcasters.js';

/**
 * What lifts events of old versions, in whichever log they lie, to the newest: one entry a step. Every event still has its first version. Who
 * raises one adds its contract to the catalogue, its step here, and its golden file; the files of older versions stay as they are.
 */
export const knownUpcasters: readonly Upcaster[] = [];

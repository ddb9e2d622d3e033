/**
 * For `fc.assert(…, { numRuns, ...seeded })`: other histories in every run, as long as nobody asks for the same ones again with `PROPERTY_SEED`. `.ci/run` does, so that
 * a change is judged by itself.
 */
export const seeded: { readonly seed?: number } =
  process.env['PROPERTY_SEED'] === undefined ? {} : { seed: Number(process.env['PROPERTY_SEED']) };

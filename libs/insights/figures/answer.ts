import type { CivilDate, Instant } from '#libs/nhs/index.js';
import type { Definition } from '../domain/definition.js';

/** A definition as callers see it: no figure without its rule. */
export interface MetricShown {
  readonly id: string;
  readonly version: string;
  readonly title: string;
  readonly source: string;
  readonly unit: string;
  readonly rule: string;
}

export const metricShown = (definition: Definition, version = definition.versions[0]): MetricShown => ({
  id: definition.id,
  version: version.version,
  title: definition.title,
  source: definition.source,
  unit: definition.unit,
  rule: version.says,
});

export interface GroupShown {
  readonly key: string;
  readonly value: number | null;
  readonly numerator: number | null;
  readonly denominator: number | null;
  readonly p90?: number | null;
  readonly display: string;
}

/** A figure as the API answers it (api.md "Insights"). */
export interface FigureAnswer {
  readonly metric: MetricShown;
  readonly from: CivilDate;
  readonly to: CivilDate;
  readonly value: number | null;
  readonly numerator: number | null;
  readonly denominator: number | null;
  readonly p90?: number | null;
  readonly display: string;
  readonly groups: readonly GroupShown[];
  readonly basis: {
    readonly position: string;
    readonly asOf: Instant;
    readonly knownAt: Instant | null;
    readonly events: number;
  };
  readonly quality: Readonly<Record<string, number>>;
  readonly links: { readonly people: string };
}

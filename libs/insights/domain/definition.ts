import type {
  AwardUnit,
  CareHomeStart,
  CheckUnit,
  EndedCluster,
  LinkedCluster,
  OfferedUnit,
  StartUnit,
} from './care-rules.js';
import type { GroupKey, Judgement, Measure, Unit } from './counting.js';
import type { DischargedStays, StaysOnDay } from './stay-rules.js';

/** What a rule reads of a discharged stay beside its age. */
export type StayDimension = 'alive' | 'nights' | 'delayDays' | 'destination' | 'pathway';

/** Which things a version counts, and the rule that judges each of them. */
export type Rule =
  | {
      readonly cohort: 'discharged-stays';
      readonly reads: readonly StayDimension[];
      /** `case`: each case that counts as discharged with the stay is judged by itself. */
      readonly per: 'stay' | 'case';
      readonly judge: (unit: DischargedStays) => Judgement;
    }
  | {
      readonly cohort: 'stays-on-day';
      readonly discharged: boolean;
      /** Whether criteria are not met, or whether the admission lies so many days back. */
      readonly reads: 'criteria' | number;
      readonly judge: (unit: StaysOnDay) => Judgement;
    }
  | { readonly cohort: 'delay-days' | 'delays' | 'declines'; readonly judge: (unit: Unit) => Judgement }
  | { readonly cohort: 'checks'; readonly judge: (unit: CheckUnit) => Judgement }
  | { readonly cohort: 'offered'; readonly judge: (unit: OfferedUnit) => Judgement }
  | { readonly cohort: 'linked-clusters'; readonly judge: (unit: LinkedCluster) => Judgement }
  | { readonly cohort: 'ended-clusters'; readonly judge: (unit: EndedCluster) => Judgement }
  | { readonly cohort: 'care-home-starts'; readonly judge: (unit: CareHomeStart) => Judgement }
  | { readonly cohort: 'awards'; readonly judge: (unit: AwardUnit) => Judgement }
  | { readonly cohort: 'reablement-starts'; readonly judge: (unit: StartUnit) => Judgement };

export interface MetricVersion {
  readonly version: string;
  /** The rule in one plain sentence. */
  readonly says: string;
  readonly rule: Rule;
}

export type MetricUnit =
  'share' | 'days' | 'bed days' | 'nights' | 'people' | 'cases' | 'hours' | 'per 100,000' | 'responses';
export type Area = 'delays' | 'length-of-stay' | 'home-first' | 'reablement' | 'brokerage';

/** A figure: what it is called, where its rule comes from, and its versions, the default first. */
export interface Definition {
  readonly id: string;
  readonly title: string;
  readonly area: Area;
  readonly unit: MetricUnit;
  /** Decimal places of `display`. */
  readonly places: number;
  readonly source: string;
  /** `snapshot`: the state at the midnight of a day; over a window, the mean of its days. */
  readonly kind: 'window' | 'snapshot';
  readonly measure: Measure;
  readonly groupBy: readonly GroupKey[];
  /** Grouped so when nothing is asked. */
  readonly defaultGroup?: GroupKey;
  readonly fixedGroups?: readonly string[];
  readonly p90?: boolean;
  /** Divide by the population 65+ of settings, per 100,000. */
  readonly perPopulation65?: boolean;
  readonly versions: readonly [MetricVersion, ...MetricVersion[]];
}

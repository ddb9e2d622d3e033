import * as care from './care-rules.js';
import type { GroupKey } from './counting.js';
import type { Definition, MetricVersion, StayDimension } from './definition.js';
import * as stays from './stay-rules.js';

const ofStays: readonly GroupKey[] = [
  'hospital',
  'ward',
  'authority',
  'pathway',
  'ageBand',
  'sex',
  'month',
  'day',
  'destination',
];
const onDays: readonly GroupKey[] = ['hospital', 'ward', 'authority', 'ageBand', 'sex', 'month', 'day'];
const ofDelays: readonly GroupKey[] = [
  'reason',
  'family',
  'owner',
  'pathway',
  'hospital',
  'ward',
  'authority',
  'ageBand',
  'sex',
  'month',
  'day',
];
const ofCare: readonly GroupKey[] = ['hospital', 'ward', 'authority', 'ageBand', 'sex', 'month', 'day', 'provider'];
const ofRequests: readonly GroupKey[] = [
  'serviceType',
  'provider',
  'hospital',
  'ward',
  'authority',
  'ageBand',
  'sex',
  'month',
  'day',
  'pathway',
];

const dischargedStays = (
  version: string,
  says: string,
  reads: readonly StayDimension[],
  judge: Extract<MetricVersion['rule'], { cohort: 'discharged-stays' }>['judge'],
  per: 'stay' | 'case' = 'stay',
): MetricVersion => ({ version, says, rule: { cohort: 'discharged-stays', reads, per, judge } });

const drdCohorts = [
  [
    '2024-05',
    'Adult stays of at least one night discharged alive in the window; a blank discharge ready date is a same-day discharge.',
  ],
  [
    '2024-05-recorded',
    'Adult stays of at least one night discharged alive in the window that have a discharge ready date.',
  ],
  [
    'published-2024-25',
    'Stays of people aged 16 or over of at least one night discharged alive in the window, transfers to other hospitals left out; a blank discharge ready date is a same-day discharge.',
  ],
] as const;

const drd = (
  id: keyof typeof stays.drdRules,
  title: string,
  unit: Definition['unit'],
  measure: Definition['measure'],
  places: number,
  counts: string,
  extra: Partial<Pick<Definition, 'fixedGroups' | 'groupBy'>> = {},
): Definition => {
  const [first, second, third] = drdCohorts.map(([version, cohort]) =>
    dischargedStays(
      version,
      `${cohort} ${counts}`,
      ['alive', 'nights', 'delayDays', 'destination'],
      stays.drdRules[id](version),
    ),
  );
  if (!first || !second || !third) throw new Error('a Discharge Ready Date figure has three versions');
  return {
    id,
    title,
    area: 'delays',
    unit,
    places,
    source: 'NHS England Discharge Ready Date guidance and publication',
    kind: 'window',
    measure,
    groupBy: ofStays,
    ...extra,
    versions: [first, second, third],
  };
};

const stayedSince = (days: number): Definition => ({
  id: `los.${String(days)}-plus`,
  title: `In hospital for ${String(days)} days or more`,
  area: 'length-of-stay',
  unit: 'people',
  places: 1,
  source: 'NHS England acute discharge situation report',
  kind: 'snapshot',
  measure: 'sum',
  groupBy: onDays,
  versions: [
    {
      version: '2024-05',
      says: `Adult stays open at midnight of the day whose admission date lies ${String(days)} days or more before it.`,
      rule: { cohort: 'stays-on-day', discharged: false, reads: days, judge: stays.inHospitalSince(days) },
    },
  ],
});

const longStayShare = (nights: number): Definition => ({
  id: `los.${String(nights)}-plus-share`,
  title: `Share of stays of ${String(nights)} nights or more`,
  area: 'length-of-stay',
  unit: 'share',
  places: 1,
  source: 'Better Care Fund 2021-22',
  kind: 'window',
  measure: 'ratio',
  groupBy: ofStays,
  versions: [
    dischargedStays(
      '2021-22',
      `Of adult stays of at least one night discharged in the window, deaths included, the share of ${String(nights)} nights or more.`,
      ['nights'],
      stays.stayedAtLeast(nights),
    ),
  ],
});

const checkSays = (version: care.CheckVersion): string =>
  `Day-91 checks of people 65 or over at discharge whose discharge lies in the window, ${
    version === '2b-classic' ? 'assessed jointly or by social care' : 'whoever assessed'
  }, not self-funded`;

const checks = (
  judge: (version: care.CheckVersion) => (unit: care.CheckUnit) => ReturnType<typeof care.each>,
  ends: string,
): Definition['versions'] => [
  {
    version: '2b-classic',
    says: `${checkSays('2b-classic')}${ends}`,
    rule: { cohort: 'checks', judge: judge('2b-classic') },
  },
  {
    version: '2b-with-nhs',
    says: `${checkSays('2b-with-nhs')}${ends}`,
    rule: { cohort: 'checks', judge: judge('2b-with-nhs') },
  },
];

const ascof91 = 'ASCOF 2B to 2022-23, 2D in 2023-24';

/** Every figure there is (metrics.md §2), in the order the pages show them. */
export const definitions: readonly Definition[] = [
  {
    id: 'nctr.remaining',
    title: 'In hospital without meeting the criteria to reside',
    area: 'delays',
    unit: 'people',
    places: 1,
    source: 'NHS England acute discharge situation report',
    kind: 'snapshot',
    measure: 'sum',
    groupBy: onDays,
    versions: [
      {
        version: '2024-05',
        says: 'Adult stays open at midnight of the day that do not meet the criteria to reside at that midnight.',
        rule: { cohort: 'stays-on-day', discharged: false, reads: 'criteria', judge: stays.nctrRemaining },
      },
    ],
  },
  {
    id: 'nctr.patients',
    title: 'No longer meeting the criteria to reside',
    area: 'delays',
    unit: 'people',
    places: 1,
    source: 'NHS England acute discharge situation report',
    kind: 'snapshot',
    measure: 'sum',
    groupBy: onDays,
    versions: [
      {
        version: '2024-05',
        says: 'Adult stays open at midnight of the day that do not meet the criteria to reside, plus adult stays discharged alive on the day whose criteria were not met at discharge.',
        rule: { cohort: 'stays-on-day', discharged: true, reads: 'criteria', judge: stays.nctrPatients },
      },
    ],
  },
  drd(
    'drd.same-day-share',
    'Discharged on the discharge ready date',
    'share',
    'ratio',
    2,
    'The share discharged on that date.',
  ),
  drd(
    'drd.average-delay',
    'Average length of discharge delay',
    'days',
    'ratio',
    2,
    'Days from that date to discharge, divided by all discharges (Better Care Fund 2025-26, metric 2).',
  ),
  drd(
    'drd.average-delay-excluding-zero',
    'Average delay of those delayed',
    'days',
    'ratio',
    2,
    'Days from that date to discharge, divided by the discharges one or more days after it.',
  ),
  drd(
    'drd.bed-days-lost',
    'Bed days lost after the discharge ready date',
    'bed days',
    'sum',
    0,
    'Days from that date to discharge, added up.',
  ),
  drd(
    'drd.delay-buckets',
    'How long discharges were delayed',
    'share',
    'ratio',
    1,
    'By days from that date to discharge, each group as a share of all discharges.',
    {
      fixedGroups: stays.delayBuckets,
      groupBy: [],
    },
  ),
  {
    id: 'delay.bed-days',
    title: 'Bed days with a recorded delay',
    area: 'delays',
    unit: 'bed days',
    places: 0,
    source: 'Delay reasons of the acute discharge situation report',
    kind: 'window',
    measure: 'sum',
    groupBy: ofDelays,
    versions: [
      {
        version: '2024-05',
        says: 'Days of the window whose midnight falls inside a delay of a case, each person once a day, in total and in each group.',
        rule: { cohort: 'delay-days', judge: care.each },
      },
    ],
  },
  {
    id: 'delay.people',
    title: 'Cases with a recorded delay',
    area: 'delays',
    unit: 'cases',
    places: 0,
    source: 'Delay reasons of the acute discharge situation report',
    kind: 'window',
    measure: 'sum',
    groupBy: ofDelays,
    versions: [
      {
        version: '2024-05',
        says: 'Cases with at least one delay that overlaps the window, each case once, in total and in each group.',
        rule: { cohort: 'delays', judge: care.each },
      },
    ],
  },
  {
    id: 'los.mean',
    title: 'Average length of stay',
    area: 'length-of-stay',
    unit: 'nights',
    places: 1,
    source: 'Hospital episode statistics',
    kind: 'window',
    measure: 'ratio',
    groupBy: ofStays,
    versions: [
      dischargedStays(
        '1',
        'Nights of adult stays of at least one night discharged in the window, deaths included, divided by their number.',
        ['nights'],
        stays.lengthOfStay,
      ),
    ],
  },
  {
    id: 'los.median',
    title: 'Median length of stay',
    area: 'length-of-stay',
    unit: 'nights',
    places: 1,
    source: 'Hospital episode statistics',
    kind: 'window',
    measure: 'median',
    groupBy: ofStays,
    versions: [
      dischargedStays(
        '1',
        'The middle number of nights of adult stays of at least one night discharged in the window, deaths included (linear interpolation).',
        ['nights'],
        stays.lengthOfStay,
      ),
    ],
  },
  stayedSince(7),
  stayedSince(14),
  stayedSince(21),
  longStayShare(14),
  longStayShare(21),
  {
    id: 'home-first.usual-place-share',
    title: 'Discharged to the usual place of residence',
    area: 'home-first',
    unit: 'share',
    places: 1,
    source: 'Better Care Fund 2021-22',
    kind: 'window',
    measure: 'ratio',
    groupBy: ofStays,
    versions: [
      dischargedStays(
        '2021-22',
        'Of adult stays discharged alive in the window with a known destination, the share whose destination is the usual residence (19).',
        ['alive', 'destination'],
        stays.usualPlace(['19']),
      ),
      dischargedStays(
        '2021-22-with-temporary',
        'Of adult stays discharged alive in the window with a known destination, the share whose destination is the usual or a temporary residence (19 or 29).',
        ['alive', 'destination'],
        stays.usualPlace(['19', '29']),
      ),
    ],
  },
  {
    id: 'home-first.pathway-mix',
    title: 'Discharges by pathway',
    area: 'home-first',
    unit: 'share',
    places: 1,
    source: 'DHSC hospital discharge and community support guidance',
    kind: 'window',
    measure: 'ratio',
    groupBy: ['pathway'],
    fixedGroups: stays.pathwayGroups,
    versions: [
      dischargedStays(
        'referred',
        'Cases of adults discharged alive in the window, by the pathway that held at discharge.',
        ['alive', 'pathway'],
        stays.pathwayMixReferred,
        'case',
      ),
      dischargedStays(
        'all-discharges',
        'Adult stays discharged alive in the window, by the pathway that held at discharge; a stay nobody referred counts as pathway 0.',
        ['alive', 'pathway'],
        stays.pathwayMixAll,
      ),
    ],
  },
  {
    id: 'home-first.supported-home-share',
    title: 'Supported discharges that go home',
    area: 'home-first',
    unit: 'share',
    places: 1,
    source: 'DHSC hospital discharge and community support guidance',
    kind: 'window',
    measure: 'ratio',
    groupBy: ofStays,
    versions: [
      dischargedStays(
        '2024-01',
        'Of cases of adults discharged alive in the window on pathway 1, 2 or 3, the share on pathway 1.',
        ['alive', 'pathway'],
        stays.supportedHome,
        'case',
      ),
    ],
  },
  {
    id: 'reablement.91-day-at-home',
    title: 'Still at home 91 days after discharge',
    area: 'reablement',
    unit: 'share',
    places: 1,
    source: ascof91,
    kind: 'window',
    measure: 'ratio',
    groupBy: ofCare,
    versions: checks(
      care.stillAtHome,
      ': the share at home on day 91; no answer by day 105, not contactable and moved away count as not at home.',
    ),
  },
  {
    id: 'reablement.91-day-known',
    title: 'Still at home after 91 days, of those whose status is known',
    area: 'reablement',
    unit: 'share',
    places: 1,
    source: ascof91,
    kind: 'window',
    measure: 'ratio',
    groupBy: ofCare,
    versions: checks(
      care.stillAtHomeKnown,
      ': the share at home on day 91 of those with an answer who could be reached and did not move away.',
    ),
  },
  {
    id: 'reablement.offered-share',
    title: 'Discharged into reablement',
    area: 'reablement',
    unit: 'share',
    places: 1,
    source: 'ASCOF 2B part 2',
    kind: 'window',
    measure: 'ratio',
    groupBy: ofStays,
    versions: [
      {
        version: '2b-classic',
        says: 'Of stays of people 65 or over discharged alive in the window, any nights, the share with a day-91 check of the 2b-classic cohort.',
        rule: { cohort: 'offered', judge: care.offered },
      },
    ],
  },
  {
    id: 'ascof.2d-local',
    title: 'Remained in the community within 12 weeks (local estimate, not the published measure)',
    area: 'reablement',
    unit: 'share',
    places: 2,
    source: 'ASCOF 2D from 2024-25',
    kind: 'window',
    measure: 'ratio',
    groupBy: ofCare,
    versions: [
      {
        version: '2024-25',
        says: 'Of reablement clusters linked to a discharge of a person 65 or over in the window, the share with no death, emergency readmission or move to long-term care within 84 days.',
        rule: { cohort: 'linked-clusters', judge: care.remainedInCommunity },
      },
    ],
  },
  {
    id: 'ascof.2a-local',
    title: 'No ongoing support after reablement (local estimate, not the published measure)',
    area: 'reablement',
    unit: 'share',
    places: 1,
    source: 'ASCOF 2A from 2024-25',
    kind: 'window',
    measure: 'ratio',
    groupBy: ofCare,
    versions: [
      {
        version: '2024-25',
        says: 'Of reablement clusters of adults not already in long-term support that ended in the window with a classifiable outcome, the share that ended without ongoing support.',
        rule: { cohort: 'ended-clusters', judge: care.noOngoingSupport },
      },
    ],
  },
  {
    id: 'ascof.2c-local',
    title: 'New long-term care home admissions, 65 and over (local estimate, not the published measure)',
    area: 'reablement',
    unit: 'per 100,000',
    places: 0,
    source: 'ASCOF 2C from 2024-25',
    kind: 'window',
    measure: 'sum',
    groupBy: ['authority', 'ageBand', 'sex', 'month', 'hospital', 'serviceType'],
    perPopulation65: true,
    versions: [
      {
        version: '2024-25',
        says: 'People 65 or over whose award of residential or nursing care, not interim and not respite, started in the window with none in the 365 days before, per 100,000 people 65 or over.',
        rule: { cohort: 'care-home-starts', judge: care.newlyAdmitted },
      },
    ],
  },
  {
    id: 'reablement.start-delay',
    title: 'Days from discharge to the start of reablement',
    area: 'reablement',
    unit: 'days',
    places: 1,
    source: 'Barnet contract: start within 2 days',
    kind: 'window',
    measure: 'ratio',
    groupBy: ofCare,
    versions: [
      {
        version: '1',
        says: 'Days from the discharge of its own case to each start of reablement in the window, a start before the discharge as 0, divided by the number of starts.',
        rule: { cohort: 'reablement-starts', judge: care.startDelay },
      },
    ],
  },
  {
    id: 'brokerage.time-to-source',
    title: 'Hours from approval to award',
    area: 'brokerage',
    unit: 'hours',
    places: 1,
    source: 'Barnet targets',
    kind: 'window',
    measure: 'median',
    p90: true,
    groupBy: ofRequests,
    defaultGroup: 'serviceType',
    versions: [
      {
        version: '1',
        says: 'The middle number of hours from approval, or from the failure before it, to each award in the window, less paused time.',
        rule: { cohort: 'awards', judge: care.hoursToSource },
      },
    ],
  },
  {
    id: 'brokerage.within-target-share',
    title: 'Awards within the target time',
    area: 'brokerage',
    unit: 'share',
    places: 1,
    source: 'Barnet targets',
    kind: 'window',
    measure: 'ratio',
    groupBy: ofRequests,
    versions: [
      {
        version: '1',
        says: 'Of awards in the window of a service type with a target (home care and reablement 24 hours, nursing 48, residential 72, supported living 336), the share within it.',
        rule: { cohort: 'awards', judge: care.withinTarget },
      },
    ],
  },
  {
    id: 'brokerage.declines',
    title: 'Offers of work declined by providers',
    area: 'brokerage',
    unit: 'responses',
    places: 0,
    source: 'Reasons coded by the council',
    kind: 'window',
    measure: 'sum',
    groupBy: [
      'reason',
      'provider',
      'serviceType',
      'hospital',
      'ward',
      'authority',
      'ageBand',
      'sex',
      'month',
      'day',
      'pathway',
    ],
    defaultGroup: 'reason',
    versions: [
      {
        version: '1',
        says: 'Responses of providers in the window that declined, by their coded reason.',
        rule: { cohort: 'declines', judge: care.each },
      },
    ],
  },
];

const byId: ReadonlyMap<string, Definition> = new Map(definitions.map((definition) => [definition.id, definition]));
export const definitionOf = (id: string): Definition | undefined => byId.get(id);

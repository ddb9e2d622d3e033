export type DelayFamily = 'HP' | 'WB' | 'CTH' | 'IF' | 'CAP';
export type DelayOwner = 'acute-trust' | 'hub' | 'council' | 'nhs' | 'housing' | 'joint';

/** Families in the order of the situation report. */
export const delayFamilies: readonly { readonly family: DelayFamily; readonly label: string }[] = [
  { family: 'HP', label: 'Hospital process' },
  { family: 'WB', label: 'Wellbeing concerns' },
  { family: 'CTH', label: 'Care transfer hub process' },
  { family: 'IF', label: 'Interface process' },
  { family: 'CAP', label: 'Capacity' },
];

/**
 * The 37 delay reasons of the acute discharge situation report (technical specification 30 April 2024; labels of the August 2026
 * file, domain.md §1.6). The codes are Homeward's own: no national short code was seen.
 */
const labels = {
  HP1: 'Awaiting formal decision to discharge (inc diagnostic test results)',
  HP2: 'Awaiting medical review of need for supported discharge',
  HP3: 'Awaiting therapy review of need for supported discharge',
  HP4: 'Awaiting referral to care transfer hub for supported discharge',
  HP5: 'Awaiting medicines to take home, discharge letter or other discharge documentation',
  HP6: 'Awaiting patient transport services',
  HP7: 'Remaining in hospital due to infection prevention and control restrictions',
  WB1: 'Patient/family/carer concerns over discharge readiness',
  WB2: 'Ongoing safeguarding concern',
  WB3: 'Awaiting determination of mental capacity',
  WB4: 'Issues with discharge destination readiness',
  CTH1: 'Waiting for confirmation of immediate care needs and pathway',
  CTH2: 'Awaiting necessary referrals by care transfer hub',
  CTH3: 'Awaiting confirmation of funding eligibility',
  IF1: 'Home based rehabilitation, reablement or recovery service arrangements still underway (Pathway 1)',
  IF2: 'Other home-based social care service arrangements still underway (Pathway 1)',
  IF3: 'Other home-based community health service arrangements still underway (Pathway 1)',
  IF4: 'Housing provision arrangement for homelessness still underway (Pathway 0 or 1)',
  IF5: 'Bed-based rehabilitation, reablement or recovery service arrangements still underway (Pathway 2)',
  IF6: 'Residential/nursing home care arrangements still underway (Pathway 3)',
  IF7: 'End of life care inc Fast-Track CHC arrangement still underway (Pathway 1 or 3)',
  IF8: 'Further action requested by agreed provider',
  IF9: 'Homeless with no recourse to public funds',
  IF10: 'Self-funded care package arrangements still underway',
  IF11: 'Patient/family/carer choice discussions on package still underway',
  IF12: 'Out of area discharge arrangements requested but not completed',
  CAP1: 'Home-based rehabilitation, reablement or recovery services not yet available (Pathway 1)',
  CAP2: 'Other home-based social care service not yet available (Pathway 1)',
  CAP3: 'Other home-based community health services not yet available (Pathway 1)',
  CAP4: 'Housing provision not yet available (Pathway 0 or 1)',
  CAP5: 'Bed-based rehabilitation, reablement or recovery services not yet available (Pathway 2)',
  CAP6: 'Mental health admitted patient care not yet available (Pathway 2)',
  CAP7: 'Residential/nursing home care not yet available (Pathway 3)',
  CAP8: 'End of life care inc Fast-Track CHC not yet available (Pathway 1 or 3)',
  CAP9: 'Housing adaptations not yet completed (Pathway 1 or 3)',
  CAP10: 'Equipment and associated training not yet delivered (Pathway 1-3)',
  CAP11: 'Awaiting restart of existing social care arrangements (Pathway 0)',
} as const;

export type DelayReasonCode = keyof typeof labels;

/** Who leads by default (domain.md §1.6, a local rule): an internal lead, never to be published as DTOC attribution. */
const owners: Partial<Record<DelayReasonCode, DelayOwner>> = {
  IF1: 'council',
  IF2: 'council',
  IF6: 'council',
  CAP1: 'council',
  CAP2: 'council',
  CAP7: 'council',
  CAP11: 'council',
  IF3: 'nhs',
  IF5: 'nhs',
  IF7: 'nhs',
  CAP3: 'nhs',
  CAP5: 'nhs',
  CAP6: 'nhs',
  CAP8: 'nhs',
  IF4: 'housing',
  CAP4: 'housing',
};

export interface DelayReason {
  readonly code: DelayReasonCode;
  readonly family: DelayFamily;
  /** Without the family in front. */
  readonly label: string;
  /** As the situation report prints it: family, dash, label. */
  readonly officialLabel: string;
  readonly defaultOwner: DelayOwner;
}

const lettersOf = (code: string): DelayFamily | undefined =>
  delayFamilies.find(({ family }) => new RegExp(`^${family}\\d+$`).test(code))?.family;

const ownerByFamily = (family: DelayFamily): DelayOwner =>
  family === 'HP' ? 'acute-trust' : family === 'CTH' ? 'hub' : 'joint';

export const delayReasons: readonly DelayReason[] = Object.entries(labels).flatMap(([code, label]) => {
  const family = lettersOf(code);
  if (!isDelayReason(code) || family === undefined) return [];
  const familyLabel = delayFamilies.find((entry) => entry.family === family)?.label ?? family;
  return [
    {
      code,
      family,
      label,
      officialLabel: `${familyLabel} – ${label}`,
      defaultOwner: owners[code] ?? ownerByFamily(family),
    },
  ];
});

const byCode: ReadonlyMap<string, DelayReason> = new Map(delayReasons.map((reason) => [reason.code, reason]));

export function isDelayReason(code: string): code is DelayReasonCode {
  return Object.hasOwn(labels, code);
}

export const delayReasonOf = (code: string): DelayReason | undefined => byCode.get(code);

/** The letters of the code; `undefined` for a code that is none. */
export const familyOf = (code: string): DelayFamily | undefined => byCode.get(code)?.family;

/** The owner where none was named (metrics.md §3); `undefined` for a code that is none. */
export const defaultOwnerOf = (code: string): DelayOwner | undefined => byCode.get(code)?.defaultOwner;

/** Published labels vary in dashes, spaces and case, and carry typing errors: compare letters and digits only (domain.md §1.6). */
const lettersAndDigits = (label: string): string =>
  label
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();

const byLabel: ReadonlyMap<string, DelayReason> = new Map(
  delayReasons.map((reason) => [lettersAndDigits(reason.officialLabel), reason]),
);

/** The reason behind a label of the situation report, however it is spelt. */
export const reasonByLabel = (label: string): DelayReason | undefined => byLabel.get(lettersAndDigits(label));

/** Edition of the guidance that the pathways follow; stored with every decision, because older editions count differently (domain.md §1.1). */
export const pathwayGuidanceVersion = '2024-01';

export type Pathway = 0 | 1 | 2 | 3;

export interface PathwayDefinition {
  readonly pathway: Pathway;
  /** `P1`. */
  readonly short: string;
  readonly title: string;
  readonly setting: string;
  readonly coordinatedBy: 'ward' | 'hub';
}

/** Discharge-to-assess pathways (DHSC Hospital discharge and community support guidance, 26 January 2024, Annex B). */
export const pathways: readonly PathwayDefinition[] = [
  {
    pathway: 0,
    short: 'P0',
    title: 'Home, no new or additional support',
    setting: 'Home, usual residence or temporary accommodation',
    coordinatedBy: 'ward',
  },
  {
    pathway: 1,
    short: 'P1',
    title: 'Home with support to recover',
    setting: 'Home, usual residence or temporary accommodation',
    coordinatedBy: 'hub',
  },
  {
    pathway: 2,
    short: 'P2',
    title: 'Rehabilitation in a community bed',
    setting: 'Community bed with dedicated recovery support',
    coordinatedBy: 'hub',
  },
  {
    pathway: 3,
    short: 'P3',
    title: 'Care home placement',
    setting: 'Care home, for the highest complexity of need',
    coordinatedBy: 'hub',
  },
];

export const isPathway = (value: number): value is Pathway => value === 0 || value === 1 || value === 2 || value === 3;

export const pathwayTitle = (pathway: Pathway): string => {
  const found = pathways.find((entry) => entry.pathway === pathway);
  return found ? `${found.short}: ${found.title}` : '';
};

/** Pathways 2 and 3 need a reason why not home (home first, domain.md §1.1). */
export const needsWhyNotHome = (pathway: Pathway): boolean => pathway >= 2;

/** Who goes back to their own care home is on pathway 0 or 1 (Annex B, January 2024). */
export const allowedForReturningResident = (pathway: Pathway): boolean => pathway <= 1;

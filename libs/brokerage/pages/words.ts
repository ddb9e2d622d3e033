import { declineReasons, fundings, serviceTypes } from '#libs/contracts/brokerage/request-events.js';

/** Codes and fields as people say them. One without an entry is shown with its words apart. */
const words: Readonly<Record<string, string>> = {
  'home-care': 'Home care',
  reablement: 'Reablement',
  'live-in': 'Live-in care',
  'extra-care': 'Extra care',
  'supported-living': 'Supported living',
  residential: 'Residential home',
  nursing: 'Nursing home',
  'rehab-bed': 'Rehabilitation bed',
  respite: 'Respite',
  'local-authority': 'Local authority',
  chc: 'NHS continuing healthcare',
  'fast-track': 'Fast track',
  fnc: 'Funded nursing care',
  'discharge-fund': 'Discharge fund',
  needs: 'needs',
  startBy: 'start date',
  outwardPostcode: 'area',
  preferences: 'preferences',
  funding: 'funding',
  'below-minimum-price': 'Below the minimum sustainable price',
  'above-ceiling': 'Above the ceiling',
  'expected-date-moved': 'Expected discharge date moved',
  'pathway-changed': 'Pathway changed',
  'discharge-taken-back': 'Discharge taken back',
  died: 'Died',
  'referral-withdrawn': 'Referral withdrawn',
  'case-closed': 'Case closed',
  'case-reopened': 'Case opened again',
  criteria: 'criteria to reside are met again',
  case: 'the case is paused by hand',
  hand: 'by hand',
  PlacementRequested: 'Care was asked for',
  RequestCompleted: 'The request was completed',
  RequestApproved: 'The request was approved',
  RequestClaimed: 'A broker took the request, or handed it back',
  RequestSentToProviders: 'Providers were asked',
  ProviderInterested: 'A provider is interested',
  ProviderDeclined: 'A provider declined',
  OfferReceived: 'An offer came in',
  OfferConfirmed: 'An offer was confirmed',
  OfferApproved: 'A price above the ceiling was approved',
  OfferWithdrawn: 'An offer was withdrawn',
  PlacementAwarded: 'The placement was awarded',
  PlacementStarted: 'The care began',
  PlacementFailed: 'The placement fell through',
  RequestChanged: 'The request changed',
  RequestPaused: 'The request was paused',
  RequestResumed: 'The request goes on',
  RequestWithdrawn: 'The request was withdrawn',
  RequestReinstated: 'The withdrawal was taken back',
  AwardFlagged: 'The award is in doubt: its provider may take no new work',
  WithdrawalAcknowledged: 'A provider knows of the withdrawal',
};

export const wordOf = (code: string | null | undefined): string => {
  if (code === null || code === undefined) return '';
  const known = words[code];
  if (known !== undefined) return known;
  const open = code
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll(/[-_]/g, ' ')
    .toLowerCase();
  return open.charAt(0).toUpperCase() + open.slice(1);
};

export interface Choice {
  readonly value: string;
  readonly text: string;
  readonly selected: boolean;
}

/** The entries of a select: an empty one first, then the codes with the chosen one selected. */
export const choices = (codes: readonly string[], chosen: unknown, empty = 'Choose'): readonly Choice[] => [
  { value: '', text: empty, selected: chosen === undefined || chosen === null || chosen === '' },
  ...codes.map((value) => ({ value, text: wordOf(value), selected: value === chosen })),
];

export const serviceChoices = (chosen?: unknown): readonly Choice[] => choices(serviceTypes, chosen);
export const fundingChoices = (chosen?: unknown): readonly Choice[] => choices(fundings, chosen);
export const declineChoices = (chosen?: unknown): readonly Choice[] =>
  choices(declineReasons, chosen, 'No reason given');

/** A span of hours in the words of a clock on the wall. */
export const hoursInWords = (hours: number): string => {
  const whole = Math.floor(Math.abs(hours));
  if (whole >= 48) return `${String(Math.floor(whole / 24))} days`;
  if (whole >= 1) return whole === 1 ? '1 hour' : `${String(whole)} hours`;
  return `${String(Math.floor(Math.abs(hours) * 60))} minutes`;
};

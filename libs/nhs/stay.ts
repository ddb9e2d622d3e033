import { ageOn, type KnownAge } from './age.js';
import { type CivilDate, compareInstants, daysBetween, type Instant, londonDate } from './calendar.js';
import { isDead } from './codes.js';

export interface PlaceFrom {
  readonly ward: string | null;
  readonly room: string | null;
  readonly bed: string | null;
  readonly from: Instant;
}

/** The parts of a stay that the readers below need; the stay block of every stay event has them. */
export interface StayDates {
  readonly admittedAt: Instant | null;
  readonly dischargedAt: Instant | null;
}
export interface StayEnd {
  readonly dischargeMethodCode: string | null;
  readonly destinationCode: string | null;
  readonly dischargedAt: Instant | null;
  readonly diedAt: Instant | null;
}

/** Where the person was at an instant: the last place begun by then; null before the first. Places are in time order. */
export const placeAt = <P extends PlaceFrom>(locations: readonly P[], instant: Instant): P | null => {
  let place: P | null = null;
  for (const location of locations) {
    if (compareInstants(location.from, instant) > 0) break;
    place = location;
  }
  return place;
};

/** Where the person was last in the stay. */
export const lastPlace = <P extends PlaceFrom>(locations: readonly P[]): P | null => locations.at(-1) ?? null;

/** Discharge date − admission date in civil days; 0 for the same day (metrics.md §1 "Stay"). */
export const nights = (admittedAt: Instant, dischargedAt: Instant): number =>
  daysBetween(londonDate(admittedAt), londonDate(dischargedAt));

/** Days in hospital so far: to the discharge, or to the day asked about. */
export const lengthOfStay = ({ admittedAt, dischargedAt }: StayDates, onDate: CivilDate): number | null => {
  if (admittedAt === null) return null;
  const discharged = dischargedAt === null ? null : londonDate(dischargedAt);
  return Math.max(
    0,
    daysBetween(londonDate(admittedAt), discharged !== null && discharged < onDate ? discharged : onDate),
  );
};

/** Open at midnight of D: admission date ≤ D < discharge date (metrics.md §1 "Dates"). */
export const isOpenAtMidnight = ({ admittedAt, dischargedAt }: StayDates, date: CivilDate): boolean =>
  admittedAt !== null && londonDate(admittedAt) <= date && (dischargedAt === null || date < londonDate(dischargedAt));

/** 18 or over on a day; null when the age is not known. */
export const isAdult = (age: KnownAge | null, onDate: CivilDate): boolean | null => {
  const years = ageOn(age, onDate);
  return years === null ? null : years >= 18;
};

/** Method not 4 or 5, destination not 79, and no death recorded at or before discharge (metrics.md §1 "Alive"). */
export const leftAlive = ({ dischargeMethodCode, destinationCode, dischargedAt, diedAt }: StayEnd): boolean =>
  !isDead(dischargeMethodCode, destinationCode) &&
  !(diedAt !== null && dischargedAt !== null && compareInstants(diedAt, dischargedAt) <= 0);

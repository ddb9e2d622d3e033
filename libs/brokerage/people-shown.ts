import { Injectable } from '@nestjs/common';
import { completedYears } from '#libs/nhs/age.js';
import { londonDate } from '#libs/nhs/civil-date.js';
import { PeopleDirectory, type Details } from '#libs/people/port.js';
import { Clock } from '#libs/platform/clock.js';
import type { PersonForProvider } from './domain/market-view.js';

/** The people behind requests, as far as brokerage shows them. Ids are resolved when reading, over all ids of a person. */
@Injectable()
export class PeopleShown {
  constructor(
    private readonly directory: PeopleDirectory,
    private readonly clock: Clock,
  ) {}

  async details(personId: string | null): Promise<Details | null> {
    if (personId === null) return null;
    return (await this.directory.details([personId])).get(personId) ?? null;
  }

  /** Bands of the sitrep: no exact age goes to the market (`domain.md` §9). */
  ageBand(details: Details | null): string | null {
    if (!details?.birthDate) return null;
    const years = completedYears(details.birthDate, londonDate(this.clock.now()));
    return years < 65 ? '18-64' : years < 75 ? '65-74' : years < 85 ? '75-84' : '85+';
  }
}

export const nameOf = (details: Details): string | null => {
  const name = [details.givenNames, details.familyName].filter(Boolean).join(' ');
  return name === '' ? null : name;
};

export const personForProvider = (details: Details | null): PersonForProvider | null =>
  details && {
    name: nameOf(details),
    nhsNumber: details.nhsNumber ?? null,
    familyName: details.familyName ?? null,
    givenNames: details.givenNames ?? null,
    birthDate: details.birthDate ?? null,
    postcode: details.postcode ?? null,
  };

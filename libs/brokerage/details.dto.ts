import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsInt, IsNumber, Matches, Max, Min, registerDecorator } from 'class-validator';
import { fundings, serviceTypes, type Funding, type ServiceType } from '#libs/contracts/brokerage/request-events.js';
import { CommandBody, IsCivilDate, IsCode, IsId, IsPart, MayBeLeftOut } from '#libs/platform/validation.js';
import type { DetailsGiven } from './domain/request-commands.js';

const field =
  (name: string, test: (value: unknown) => boolean, message: string): PropertyDecorator =>
  (target, key) => {
    registerDecorator({
      name,
      target: target.constructor,
      propertyName: String(key),
      options: { message },
      validator: { validate: test },
    });
  };

const isShortText = (value: unknown): boolean => typeof value === 'string' && value.length <= 500;

/** One text or a list of texts: a preference may have several answers. */
export const IsTextOrTexts = (): PropertyDecorator =>
  field(
    'isTextOrTexts',
    (value) => isShortText(value) || (Array.isArray(value) && value.length <= 20 && value.every(isShortText)),
    'must be text, or a list of texts, of at most 500 characters',
  );

/** An object of any fields, of a size that fits a page. */
export const IsFreeObject = (maxCharacters = 20_000): PropertyDecorator =>
  field(
    'isFreeObject',
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      JSON.stringify(value).length <= maxCharacters,
    `must be an object of at most ${String(maxCharacters)} characters`,
  );

/** The first half of a postcode. A whole one would say where the person lives, so it is refused. */
export const IsOutwardPostcode = (options: { each?: boolean } = {}): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => (Array.isArray(value) ? value.map(upperCased) : upperCased(value))),
    Matches(/^[A-Z]{1,2}\d[A-Z\d]?$/, {
      ...options,
      message: 'must be the first half of a postcode, such as NW4',
    }),
  );
const upperCased = (value: unknown): unknown => (typeof value === 'string' ? value.trim().toUpperCase() : value);

const amount = (max: number): PropertyDecorator =>
  applyDecorators(
    IsNumber({ maxDecimalPlaces: 2 }, { message: 'must be a number with at most two decimals' }),
    Min(0, { message: 'must not be negative' }),
    Max(max, { message: `must be at most ${String(max)}` }),
  );

export class PreferencesDto {
  @MayBeLeftOut()
  @IsTextOrTexts()
  languages?: string | string[];

  @MayBeLeftOut()
  @IsTextOrTexts()
  culture?: string | string[];

  @MayBeLeftOut()
  @IsTextOrTexts()
  religion?: string | string[];

  @MayBeLeftOut()
  @IsTextOrTexts()
  diet?: string | string[];

  @MayBeLeftOut()
  @IsTextOrTexts()
  carerGender?: string | string[];

  @MayBeLeftOut()
  @IsTextOrTexts()
  communication?: string | string[];
}

/** What is asked for, but for the type of service: a draft cannot do without that, its completion can. */
export class CareDetailsDto extends CommandBody {
  @MayBeLeftOut()
  @IsFreeObject()
  needs?: Record<string, unknown>;

  @MayBeLeftOut()
  @amount(168)
  hoursPerWeek?: number;

  @MayBeLeftOut()
  @amount(48)
  callsPerDay?: number;

  @MayBeLeftOut()
  @IsInt({ message: 'must be a whole number' })
  @Min(1, { message: 'must be at least 1' })
  @Max(6, { message: 'must be at most 6' })
  carersPerCall?: number;

  @MayBeLeftOut()
  @IsCivilDate()
  startBy?: string;

  @MayBeLeftOut()
  @IsOutwardPostcode()
  outwardPostcode?: string;

  @MayBeLeftOut()
  @IsPart(() => PreferencesDto)
  preferences?: PreferencesDto;

  @MayBeLeftOut()
  @IsCode(fundings)
  funding?: Funding;

  @MayBeLeftOut()
  @amount(100_000)
  weeklyCeiling?: number;

  @MayBeLeftOut()
  @IsId()
  interimFor?: string;
}

/** The body of `/complete`: that of opening a request, without `caseId`. */
export class RequestDetailsDto extends CareDetailsDto {
  @MayBeLeftOut()
  @IsCode(serviceTypes)
  serviceType?: ServiceType;
}

/** The details in a body, without what belongs to the command itself. */
export const detailsIn = (body: CareDetailsDto & Pick<RequestDetailsDto, 'serviceType'>): DetailsGiven => {
  const { serviceType, needs, hoursPerWeek, callsPerDay, carersPerCall } = body;
  const { startBy, outwardPostcode, preferences, funding, weeklyCeiling, interimFor } = body;
  const all = {
    serviceType,
    needs,
    hoursPerWeek,
    callsPerDay,
    carersPerCall,
    startBy,
    outwardPostcode,
    preferences: preferences && { ...preferences },
    funding,
    weeklyCeiling,
    interimFor,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
};

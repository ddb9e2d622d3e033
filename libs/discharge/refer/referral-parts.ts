import { registerDecorator, ValidateIf } from 'class-validator';
import { IsBoolean } from 'class-validator';
import { isTestNumber, parseNhsNumber } from '#libs/nhs/index.js';
import type { Identifier } from '#libs/people/port.js';
import { IsCivilDate, IsParts, IsText, MayBeLeftOut } from '#libs/platform/validation.js';

const property =
  (name: string, validate: (value: unknown) => boolean, message: string): PropertyDecorator =>
  (target, key) => {
    registerDecorator({
      name,
      target: target.constructor,
      propertyName: String(key),
      options: { message },
      validator: { validate },
    });
  };

const isFilled = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;

const longest = 20_000;
const isShort = (value: unknown): boolean => JSON.stringify(value).length <= longest;

/** What a person or carer said: text, yes or no, or an object of one's own making. */
export const IsSaid = (): PropertyDecorator =>
  property(
    'isSaid',
    (value) =>
      ((typeof value === 'string' && /\S/.test(value)) || typeof value === 'boolean' || isFilled(value)) &&
      isShort(value),
    `must be text, true or false, or an object, of at most ${String(longest)} characters`,
  );

/** An object with a `summary`; what else it holds is the referrer's. */
export const IsNeeds = (): PropertyDecorator =>
  property(
    'isNeeds',
    (value) => isFilled(value) && typeof value['summary'] === 'string' && /\S/.test(value['summary']) && isShort(value),
    `must be an object with a summary, of at most ${String(longest)} characters`,
  );

/** How the person and their carer were involved (domain.md §5.1). */
export class Involvement {
  @IsSaid()
  person!: unknown;

  @MayBeLeftOut()
  @IsSaid()
  carer?: unknown;
}

export const involvementOf = ({ person, carer }: { person: unknown; carer?: unknown }): Record<string, unknown> => ({
  person,
  ...(carer === undefined ? {} : { carer }),
});

/** A number of an organisation of its own; unique by authority, type and value. */
export class LocalId {
  @IsText(200)
  authority!: string;

  @IsText(50)
  type!: string;

  @IsText(200)
  value!: string;
}

const hasNone = ({ localIds }: ReferredPerson): boolean => !Array.isArray(localIds) || localIds.length === 0;

/** Who is referred: by NHS number, by local ids, or both. */
export class ReferredPerson {
  @ValidateIf((person: ReferredPerson) => (person.nhsNumber ?? null) !== null || hasNone(person))
  @property(
    'isNhsNumber',
    (value) => typeof value === 'string' && parseNhsNumber(value).ok,
    'must be an NHS number of ten digits with a right check digit; without one, localIds are needed',
  )
  nhsNumber?: string | null;

  @MayBeLeftOut()
  @IsParts(() => LocalId, 20)
  localIds?: LocalId[];

  @IsText(200)
  familyName!: string;

  @IsText(200)
  givenNames!: string;

  @IsCivilDate()
  birthDate!: string;

  @IsText(20)
  sex!: string;

  @IsText(20)
  postcode!: string;

  @MayBeLeftOut()
  @IsText(100)
  language?: string;

  @MayBeLeftOut()
  @IsBoolean({ message: 'must be true or false' })
  interpreter?: boolean;
}

/** Ten digits without spaces; undefined when none was given. */
export const nhsNumberOf = ({ nhsNumber }: ReferredPerson): string | undefined => {
  const parsed = nhsNumber ? parseNhsNumber(nhsNumber) : undefined;
  return parsed?.ok ? parsed.value : undefined;
};

/** Whether the number is of the range that is never issued: for test people only (domain.md §7.1). */
export const isOfTestPerson = (person: ReferredPerson): boolean => isTestNumber(nhsNumberOf(person) ?? '');

/** A number that somebody typed is not traced, whatever its check digit says. */
export const identifiersOf = (person: ReferredPerson): readonly Identifier[] => {
  const number = nhsNumberOf(person);
  return [
    ...(number === undefined ? [] : [{ kind: 'nhs-number', value: number, verified: false } as const]),
    ...(person.localIds ?? []).map(({ authority, type, value }): Identifier => ({
      kind: 'local',
      authority,
      type,
      value,
    })),
  ];
};

import { applyDecorators, Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { plainToInstance, Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  registerDecorator,
  validate,
  ValidateNested,
  type ValidationError,
} from 'class-validator';
import { idPattern } from './ids.js';
import { isRealCivilDate, parseInstant } from './instant.js';
import { Problem, type FieldError } from './problem.js';
import { textFault } from './text-faults.js';

const property =
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

/** ISO 8601 time with an offset, on a day that exists. Arrives as UTC with milliseconds. */
export const IsInstant = (): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => parseInstant(value) ?? value),
    property(
      'isInstant',
      (value) => parseInstant(value) !== undefined,
      'must be an ISO 8601 time with an offset, on a day that exists',
    ),
  );

/** `YYYY-MM-DD`, a day that exists (civil date in Europe/London). */
export const IsCivilDate = (): PropertyDecorator =>
  property('isCivilDate', isRealCivilDate, 'must be a date YYYY-MM-DD that exists');

/** One of a code list. */
export const IsCode = (codes: readonly string[]): PropertyDecorator =>
  IsIn([...codes], { message: `must be one of ${codes.join(', ')}` });

/** Several of a code list, each once. */
export const IsCodes = (codes: readonly string[]): PropertyDecorator =>
  applyDecorators(
    IsArray({ message: 'must be a list' }),
    ArrayMaxSize(codes.length, { message: 'must name each code once' }),
    IsIn([...codes], { each: true, message: `must hold only ${codes.join(', ')}` }),
    property(
      'uniqueCodes',
      (value) => !Array.isArray(value) || new Set(value).size === value.length,
      'must name each code once',
    ),
  );

/** An opaque id: letters, digits, `-` and `_`, at most 64. */
export const IsId = (): PropertyDecorator =>
  applyDecorators(
    IsString({ message: 'must be text' }),
    Matches(idPattern, { message: 'must be an id: letters, digits, - and _, at most 64' }),
  );

/** Text that says something, at most `max` characters. */
export const IsText = (max = 2000): PropertyDecorator =>
  applyDecorators(
    IsString({ message: 'must be text' }),
    MaxLength(max, { message: `must be at most ${String(max)} characters` }),
    Matches(/\S/, { message: 'must not be empty' }),
  );

/** A list of texts. */
export const IsTexts = (max = 100, each = 200): PropertyDecorator =>
  applyDecorators(
    IsArray({ message: 'must be a list' }),
    ArrayMaxSize(max, { message: `must have at most ${String(max)} entries` }),
    IsString({ each: true, message: 'must hold only text' }),
    MaxLength(each, { each: true, message: `must hold texts of at most ${String(each)} characters` }),
    Matches(/\S/, { each: true, message: 'must hold no empty text' }),
  );

const partKey = 'platform:part';
const remember =
  (type: () => new () => object): PropertyDecorator =>
  (target, key) =>
    Reflect.defineMetadata(partKey, type, target, key);

/** The class of a field marked with `@IsPart` or `@IsParts`: for the OpenAPI document. */
export const partOf = (target: object, key: string): (new () => object) | undefined => {
  const type: unknown = Reflect.getMetadata(partKey, target, key);
  const part: unknown = typeof type === 'function' ? type() : undefined;
  return isConstructor(part) ? part : undefined;
};
const isConstructor = (value: unknown): value is new () => object => typeof value === 'function';

/** An object of its own shape. (`ValidateNested` alone would take a list for an object.) */
export const IsPart = (type: () => new () => object): PropertyDecorator =>
  applyDecorators(IsObject({ message: 'must be an object' }), ValidateNested(), Type(type), remember(type));

/** A list of objects of one shape. */
export const IsParts = (type: () => new () => object, max = 100): PropertyDecorator =>
  applyDecorators(
    IsArray({ message: 'must be a list' }),
    ArrayMaxSize(max, { message: `must have at most ${String(max)} entries` }),
    IsObject({ each: true, message: 'must hold only objects' }),
    ValidateNested({ each: true }),
    Type(type),
    remember(type),
  );

/** The field need not be there; `null` counts as left out. */
export const MayBeLeftOut = (): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => (value === null ? undefined : value)),
    IsOptional(),
  );

/** Every command takes an `occurredAt`: DTOs extend this. `@Context()` holds it to the clock. */
export class CommandBody {
  @MayBeLeftOut()
  @IsInstant()
  occurredAt?: string;
}

/** The library's own messages begin with the name of the property, which stands beside them already. */
const withoutName = (message: string, property: string): string =>
  message.startsWith(`${property} `) ? message.slice(property.length + 1) : message;

/** What was sent in place of a field's name is not said back: it may be anything, a person's name too. */
const shownName = (property: string): string => (/^\w[\w-]{0,63}$/.test(property) ? property : '(unreadable name)');

const faultsOf = (errors: readonly ValidationError[], path = ''): FieldError[] =>
  errors.flatMap((error) => {
    const name = shownName(error.property);
    const field = /^\d+$/.test(name) ? `${path}[${name}]` : path ? `${path}.${name}` : name;
    const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
      field,
      message: rule === 'whitelistValidation' ? 'is not a field of this' : withoutName(message, error.property),
    }));
    return own.length > 0 ? own.slice(0, 1) : faultsOf(error.children ?? [], field);
  });

const plainTypes: readonly unknown[] = [String, Boolean, Number, Array, Object, Buffer];

const whereOf = { body: 'body', query: 'query', param: 'path', custom: 'request' } as const;

/** Holds bodies, queries and path parameters to their DTOs; what a DTO does not know is refused. */
@Injectable()
export class RequestValidationPipe implements PipeTransform<unknown, Promise<unknown>> {
  async transform(value: unknown, { type, metatype, data }: ArgumentMetadata): Promise<unknown> {
    if (type === 'custom') return value;
    const fault = textFault(value, data ?? '');
    if (fault) throw Problem.invalidField(fault.field || whereOf[type], fault.message);
    if (!metatype || plainTypes.includes(metatype)) return value;
    const given: unknown = value ?? {};
    if (typeof given !== 'object' || given === null || Array.isArray(given))
      throw Problem.invalidField(whereOf[type], 'must be a JSON object', 'request.malformed');
    const dto: object = plainToInstance(metatype, { ...given }, { exposeUnsetFields: false });
    const errors = await validate(dto, {
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: false,
      validationError: { target: false, value: false },
    });
    if (errors.length > 0) throw Problem.invalid(faultsOf(errors));
    return dto;
  }
}

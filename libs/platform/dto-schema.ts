import type { Type } from '@nestjs/common';
import { ValidationTypes } from 'class-validator';
import { targetConstructorToSchema } from 'class-validator-jsonschema';
import { idPattern } from './ids.js';
import { partOf } from './validation.js';

type Schema = Readonly<Record<string, unknown>>;

const own: Readonly<Record<string, Schema>> = {
  isInstant: { type: 'string', format: 'date-time' },
  isCivilDate: { type: 'string', format: 'date' },
  uniqueCodes: { uniqueItems: true },
};

/** JSON schema of a DTO, from the decorators that validate it: the two cannot drift apart. */
export const schemaOfDto = (dto: Type): Schema => ({
  ...targetConstructorToSchema(dto, {
    additionalConverters: {
      ...own,
      [ValidationTypes.NESTED_VALIDATION]: ({ target, propertyName }) => {
        const part = typeof target === 'function' ? partOf(target.prototype, propertyName) : undefined;
        return part ? { ...schemaOfDto(part) } : { type: 'object' };
      },
      // Custom validators that say nothing of the shape.
      [ValidationTypes.CUSTOM_VALIDATION]: {},
      isObject: { type: 'object' },
      matches: ({ constraints }) => {
        const pattern: unknown = constraints[0];
        return pattern instanceof RegExp
          ? { type: 'string', pattern: pattern === idPattern ? idPattern.source : pattern.source }
          : {};
      },
    },
  }),
  additionalProperties: false,
});

import { Transform } from 'class-transformer';

/** A field left empty in a form is not given. */
export const EmptyIsLeftOut = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => (value === '' || value === null ? undefined : value));

import { registerDecorator } from 'class-validator';
import { isRealCivilDate, parseInstant } from '#libs/platform/instant.js';
import { IsText, MayBeLeftOut } from '#libs/platform/validation.js';

/** Who is to do it. */
export class ActionOwner {
  @IsText(200)
  organisation!: string;

  @MayBeLeftOut()
  @IsText(200)
  person?: string;
}

/** A civil date `YYYY-MM-DD`, or an instant with an offset. */
export const IsDue = (): PropertyDecorator => (target, key) => {
  registerDecorator({
    name: 'isDue',
    target: target.constructor,
    propertyName: String(key),
    options: { message: 'must be a date YYYY-MM-DD that exists, or an ISO 8601 time with an offset' },
    validator: { validate: (value) => isRealCivilDate(value) || parseInstant(value) !== undefined },
  });
};

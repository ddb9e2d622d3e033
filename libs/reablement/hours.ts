import { applyDecorators } from '@nestjs/common';
import { IsNumber, Max, Min } from 'class-validator';

const hoursOfAWeek = 168;

/** Hours in a week. That it is a number is said before how large it may be. */
export const IsHours = (): PropertyDecorator =>
  applyDecorators(
    IsNumber({}, { message: 'must be a number' }),
    Min(0, { message: 'must be at least 0' }),
    Max(hoursOfAWeek, { message: `must be at most ${String(hoursOfAWeek)}` }),
  );

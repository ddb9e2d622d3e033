/** Civil dates and times in Europe/London: the calendar, ages, and how both are read and written. */
export * from './age.js';
export * from './calendar.js';
export * from './date-words.js';
export * from './local-time.js';
export { isTimeZone } from './zone-clock.js';

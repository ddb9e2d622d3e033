import { Clock } from '#libs/platform/clock.js';

/** A clock that a test moves ahead of the real one. */
export class HandClock extends Clock {
  /** Milliseconds. */
  ahead = 0;
  override now(): string {
    return new Date(Date.now() + this.ahead).toISOString();
  }
}

/** What time it is. Injected, so that a test can say. */
export abstract class Clock {
  /** The instant now, ISO 8601 in UTC with milliseconds. */
  abstract now(): string;
}

export class SystemClock extends Clock {
  override now(): string {
    return new Date().toISOString();
  }
}

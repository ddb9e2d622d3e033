/** A logger for those who need one and say nothing. */
export const silentLog = {
  log: (): void => undefined,
  warn: (): void => undefined,
  error: (): void => undefined,
  debug: (): void => undefined,
};

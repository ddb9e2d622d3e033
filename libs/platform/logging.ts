import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';

/**
 * JSON lines without personal data: no bodies, no addresses with their ids and queries, no messages of errors, which may
 * quote a value. An error is told by its class, its code and where in our code it came up.
 */
export const createLogger = (level: string): Logger =>
  pino({
    level,
    base: { service: 'homeward' },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });

const isError = (value: unknown): value is Error =>
  typeof value === 'object' && value !== null && 'stack' in value && 'name' in value;

/** What may be said of an error: class, code, the database object concerned, and the frames of its stack. */
export const discreetError = (error: unknown): Record<string, unknown> => {
  if (!isError(error)) return { error: typeof error };
  const told: Record<string, unknown> = { error: error.name };
  for (const key of ['code', 'table', 'constraint', 'routine'] as const) {
    const value: unknown = Reflect.get(error, key);
    if (typeof value === 'string') told[key] = value;
  }
  told['at'] = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 12)
    .map((line) => line.trim());
  if (error.cause !== undefined) told['cause'] = discreetError(error.cause);
  return told;
};

/** Nest's own words through pino. An `Error` given as an argument is told discreetly. */
export class PinoNestLogger implements LoggerService {
  constructor(private readonly pino: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  private write(
    level: 'info' | 'error' | 'warn' | 'debug' | 'fatal',
    message: unknown,
    rest: readonly unknown[],
  ): void {
    const last = rest.at(-1);
    const context = typeof last === 'string' && !last.includes('\n') ? { context: last } : {};
    const failure = [message, ...rest].find(isError);
    if (failure !== undefined) this.pino[level]({ ...context, ...discreetError(failure) });
    else if (typeof message === 'object' && message !== null) this.pino[level]({ ...context, ...message });
    else this.pino[level](context, String(message));
  }
}

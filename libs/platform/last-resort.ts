import { Logger } from '@nestjs/common';
import { discreetError } from './logging.js';

/**
 * What nobody caught. A promise nobody waited for is logged and the service goes on: whatever was acknowledged is in the log.
 * An exception nobody caught may have left something half done in memory: the process ends. Neither shows a message, which may hold a name.
 */
export const installLastResort = (complain: (text: string) => void): void => {
  const logger = new Logger('process');
  process.on('unhandledRejection', (reason) => logger.error({ unhandled: 'rejection', ...discreetError(reason) }));
  process.on('uncaughtException', (error) => {
    complain(`Homeward ends: ${JSON.stringify(discreetError(error))}`);
    process.exit(1);
  });
};

import { writeFile } from 'node:fs/promises';
import { EventFeed } from '#libs/event-feed/port.js';
import { EventStore } from '#libs/event-store/port.js';
import { Exports } from '#libs/insights/exports/exports.js';
import { inProcess } from './in-process.js';

const longestWaitMs = 60_000;

/** `homeward export <name> --period …`: the CSV of the API, on standard output or in a file, once everything in the log is counted. */
export const exportFigures = (name: string, { period, output }: { period: string; output?: string }): Promise<void> =>
  inProcess(async (app) => {
    const head = await app.get(EventStore, { strict: false }).head();
    if (!(await app.get(EventFeed, { strict: false }).settled(head, { timeoutMs: longestWaitMs })))
      throw new Error('The figures have not caught up with the log; try again in a minute.');
    const csv = await app.get(Exports, { strict: false }).csv(name, period);
    if (output === undefined) process.stdout.write(csv);
    else {
      await writeFile(output, csv);
      process.stderr.write(`${output} is written.\n`);
    }
  });

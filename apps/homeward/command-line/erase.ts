import { PeopleDirectory } from '#libs/people/port.js';
import { newId } from '#libs/platform/ids.js';
import { inProcess } from './in-process.js';

/** `homeward erase <personId>` */
export const erase = (personId: string, { reason, authority }: { reason: string; authority: string }): Promise<void> =>
  inProcess(async (app) => {
    const metadata = {
      correlationId: newId(),
      actor: { id: 'command-line', role: 'admin', organisation: 'homeward' },
      source: 'command-line',
    };
    const { position } = await app.get(PeopleDirectory, { strict: false }).erase(personId, reason, authority, metadata);
    process.stdout.write(`Erased. The proof stands in the log at position ${position}.\n`);
  });

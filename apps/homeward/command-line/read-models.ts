import { EventFeed } from '#libs/event-feed/port.js';
import { inProcess } from './in-process.js';
import { progressOf } from './progress.js';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** `homeward rebuild <projection>` */
export const rebuild = (name: string): Promise<void> =>
  inProcess(
    async (app) => {
      const progress = progressOf(name);
      try {
        await app.get(EventFeed, { strict: false }).rebuild(name, progress.update);
      } finally {
        progress.stop();
      }
      say(`${name} is built anew.`);
    },
    { feed: false },
  );

/** `homeward verify`: exit code 1 when a single row differs. */
export const verify = (): Promise<void> =>
  inProcess(
    async (app) => {
      const progress = progressOf('verify');
      const results = await app
        .get(EventFeed, { strict: false })
        .verify((_projection, done, total) => progress.update(done, total))
        .finally(() => progress.stop());
      for (const { projection, table, rows, differences } of results) {
        say(
          `${differences === 0 ? 'equal    ' : 'DIFFERENT'} ${table} (${projection}): ${String(rows)} rows, ${String(differences)} differences`,
        );
      }
      const different = results.filter(({ differences }) => differences > 0).length;
      say(`${String(results.length)} tables compared, ${String(different)} different.`);
      if (different > 0) process.exitCode = 1;
    },
    { feed: false },
  );

import { Hl7Importer } from '#libs/intake/importing/import-hl7.js';
import { EventFeed } from '#libs/event-feed/port.js';
import { EventStore } from '#libs/event-store/port.js';
import { inProcess } from './in-process.js';
import { progressOf } from './progress.js';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** `homeward import-hl7 <file…>`: the counts add up to the messages of the files, with a reason for each one not taken. */
export const importHl7 = (files: string[]): Promise<void> =>
  inProcess(async (app) => {
    const progress = progressOf('bytes');
    const counts = await app
      .get(Hl7Importer, { strict: false })
      .importHl7(files, { onProgress: ({ bytesDone, bytesTotal }) => progress.update(bytesDone, bytesTotal) })
      .finally(() => progress.stop());
    for (const { outcome, reason, count } of counts.reasons)
      say(`  ${String(count).padStart(7)} ${outcome}: ${reason}`);
    for (const { file, message } of counts.warnings) say(`  warning: ${file}: ${message}`);
    const { messages, accepted, duplicate, ignored, quarantined, rejected } = counts;
    say(
      `${String(messages)} messages: ${String(accepted)} accepted, ${String(duplicate)} duplicate, ${String(ignored)} ignored, ` +
        `${String(quarantined)} quarantined, ${String(rejected)} unreadable.`,
    );
    await app
      .get(EventFeed, { strict: false })
      .settled(await app.get(EventStore, { strict: false }).head(), { timeoutMs: 60_000 });
  });

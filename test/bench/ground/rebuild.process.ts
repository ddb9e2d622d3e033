import 'reflect-metadata';
import { inProcess } from '#apps/homeward/command-line/in-process.js';
import { EventFeed } from '#libs/event-feed/port.js';

/** `homeward rebuild` of these projections, one after the other; prints for each its name and the seconds it took. */
await inProcess(
  async (app) => {
    const feed = app.get(EventFeed, { strict: false });
    for (const name of process.argv.slice(2)) {
      const begun = performance.now();
      await feed.rebuild(name);
      process.stdout.write(`${name} ${((performance.now() - begun) / 1000).toFixed(3)}\n`);
    }
  },
  { feed: false },
);

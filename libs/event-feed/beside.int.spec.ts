import { FeedSetting } from './testing/feed-setting.js';
import { wardCounts } from './testing/ward-counts.js';

describe('a process that starts beside one that works', () => {
  it('makes nothing that is there, and disturbs nobody: twenty times over, under load', async () => {
    const setting = await FeedSetting.open();
    try {
      const wards = wardCounts();
      const others = [1, 2, 3].map((n) => wardCounts({ name: `trial.others${String(n)}` }));
      const first = await setting.started(wards, ...others);
      let busy = true;
      const writing = (async () => {
        for (let n = 0; busy; n += 1)
          await setting.happened(`stay-${String(n)}`, 'Came', { ward: `W${String(n % 5)}` });
        return setting.store.head();
      })();
      for (let start = 0; start < 20; start += 1) {
        const beside = setting.process(wards, ...others);
        await beside.status();
        await beside.stop();
      }
      busy = false;
      const head = await writing;
      expect(await first.settled(head)).toBe(true);
      const rows = await wards.select(setting.database.pool);
      expect(rows.reduce((sum, row) => sum + row.came, 0)).toBe(Number(head));
    } finally {
      await setting.close();
    }
  }, 60_000);
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeDeciding } from './conformance/deciding.js';
import { describeReading } from './conformance/reading.js';
import { Setting, type Capabilities, type LogUnderTest } from './conformance/setting.js';
import { describeSubscribing } from './conformance/subscribing.js';
import { describeWriting } from './conformance/writing.js';

export type { Capabilities, LogUnderTest } from './conformance/setting.js';

/** The contract of the log, rule by rule. Every driver runs it; where drivers may differ, the rule is named for what this one can do. */
export function describeEventStore(driver: string, can: Capabilities, open: () => Promise<LogUnderTest>): void {
  describe(`the log in ${driver}`, () => {
    const log = new Setting(can, open);
    beforeAll(() => log.open(), 60_000);
    afterAll(() => log.log.stop());

    if (can.startsEmpty) {
      describe('an empty log', () => {
        it('has its head at 0, no events, and is at its end', async () => {
          expect(await log.store.head()).toBe('0');
          expect(await log.store.readAll('0', {}, 10)).toEqual({ events: [], readTo: '0', atEnd: true });
        });
      });
    }

    describeWriting(log);
    describeDeciding(log);
    describeReading(log);
    describeSubscribing(log);
  });
}

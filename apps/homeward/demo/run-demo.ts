import { EventStore } from '#libs/event-store/port.js';
import { messageOf } from '#libs/platform/errors.js';
import { Pages } from '#libs/platform/pages.js';
import type { Settings } from '#libs/platform/settings.js';
import type { Service } from '#libs/platform/start-service.js';
import { demo } from './demo.js';

const complain = (text: string): void => void process.stderr.write(`${text}\n`);

/** Runs the demo beside the service that it feeds: every page says so while the borough is still arriving. */
export const runDemo = async (settings: Settings, service: Service, signal: AbortSignal): Promise<void> => {
  let arriving: { done: number; total: number } | null = null;
  let said = 0;
  service.app
    .get(Pages, { strict: false })
    .addNotice(() =>
      Promise.resolve(
        arriving
          ? `The synthetic borough is arriving: ${String(arriving.done)} of ${String(arriving.total)} people.`
          : undefined,
      ),
    );
  const store = service.app.get(EventStore, { strict: false });
  try {
    await demo({
      url: service.url,
      dataDir: settings.dataDir,
      isLogEmpty: async () => (await store.head()) === '0',
      onProgress: (done, total) => {
        arriving = done < total ? { done, total } : null;
        const tenth = Math.floor((done / total) * 10);
        if (tenth === said) return;
        said = tenth;
        complain(`The synthetic borough is arriving: ${String(done)} of ${String(total)} people.`);
      },
      onFault: (error) => complain(`Demo: ${messageOf(error)}`),
      signal,
    });
  } catch (error) {
    arriving = null;
    if (!signal.aborted) complain(`The demo stopped: ${messageOf(error)}`);
  }
};

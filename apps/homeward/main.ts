import './needs-node.js';
import 'reflect-metadata';
import { demoPassword, demoUsers } from '#libs/access/demo-users.js';
import { openDatabase } from '#libs/platform/keep-embedded-postgres.js';
import { codeOf, messageOf } from '#libs/platform/errors.js';
import { installLastResort } from '#libs/platform/last-resort.js';
import { refuseTakenPorts } from '#libs/platform/ports.js';
import { readSettings } from '#libs/platform/read-settings.js';
import type { Settings } from '#libs/platform/settings.js';
import { startService, type Service } from '#libs/platform/start-service.js';
import { stopOnSignal } from '#libs/platform/stop-on-signal.js';
import { isUnavailable } from '#libs/platform/unavailable.js';
import { AppModule } from './app.module.js';
import { runDemo } from './demo/run-demo.js';

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const complain = (text: string): void => void process.stderr.write(`${text}\n`);

const greeting = (settings: Settings, service: Service): string => {
  const seconds = (performance.now() / 1000).toFixed(1);
  const lines = [
    `Homeward is ready (${seconds} s).`,
    `  Pages    ${service.url}`,
    `  API      ${service.url}/api/docs`,
    ...(settings.mllpPort === undefined ? [] : [`  MLLP     localhost:${String(settings.mllpPort)} (HL7 v2 ADT)`]),
    ...(settings.mllp.tls ? [`  MLLP     localhost:${String(settings.mllp.tls.port)} (HL7 v2 ADT, TLS)`] : []),
    `  Data     ${settings.databaseUrl === undefined ? settings.dataDir : 'in the database of DATABASE_URL'}`,
  ];
  if (settings.demo === 'off') return lines.join('\n');
  return [
    ...lines,
    `  Users    ${demoUsers.map(({ username }) => username).join(', ')} (password ${demoPassword})`,
    `  Try      sign in as idt and open the huddle board; as broker, find care for somebody; as reablement, work the day-91 list.`,
    `           curl -s ${service.url}/api/v1/auth/token -H 'content-type: application/json' -d '{"username":"idt","password":"${demoPassword}"}'`,
  ].join('\n');
};

const start = async (): Promise<void> => {
  const settings = await readSettings(process.env);
  const { httpPort: HTTP_PORT, mllpPort: MLLP_PORT, mllp } = settings;
  await refuseTakenPorts({ HTTP_PORT, MLLP_PORT, MLLP_TLS_PORT: mllp.tls?.port }, settings.httpHost);
  const database = await openDatabase(settings, complain);
  const service = await startService(AppModule.with({ settings, databaseUrl: database.url }), settings).catch(
    async (error: unknown) => {
      await database.stop();
      throw error;
    },
  );
  const stopping = new AbortController();
  stopOnSignal(async () => {
    stopping.abort();
    await service.stop();
    await database.stop();
  }, complain);
  say(greeting(settings, service));
  if (settings.demo === 'full') await runDemo(settings, service, stopping.signal);
};

/** Why it did not start, in a sentence. */
const reasonOf = (error: unknown): string => {
  const code = codeOf(error);
  if (code === 'EADDRINUSE') return 'A port was taken in the meantime. Set HTTP_PORT and MLLP_PORT to others.';
  if (isUnavailable(error))
    return `The database cannot be reached${code === undefined ? '' : ` (${code})`}. Is DATABASE_URL right?`;
  return messageOf(error);
};

installLastResort(complain);
start().catch((error: unknown) => {
  complain(`Homeward did not start. ${reasonOf(error)}`);
  process.exit(1);
});

import type { ApiAnswer, ApiClient } from '../../../support/api-client.js';
import { startTestApp, type TestApp, type TestAppOptions } from '../../../support/app.js';
import type { ToldPerson, ToldStay, WardMessage } from './told.js';

type Json = Readonly<Record<string, unknown>>;
const hl7 = (instant: string): string => `${instant.slice(0, 19).replaceAll(/[-:T]/g, '')}+0000`;
const segment = (name: string, fields: Readonly<Record<number, string | undefined>>): string => {
  const width = Math.max(...Object.keys(fields).map(Number));
  return [name, ...Array.from({ length: width }, (_, index) => fields[index + 1] ?? '')].join('|');
};
const pid = (person: ToldPerson, died?: string): string =>
  segment('PID', {
    3: `${person.nhsNumber}^^^NHS^NH`,
    5: `TESTPERSON${String(person.number)}^ADA`,
    7: person.birthDate.replaceAll('-', ''),
    8: person.sex,
    11: `1 TEST ROAD^^LONDON^^${person.postcode}`,
    29: died === undefined ? undefined : hl7(died),
    30: died === undefined ? undefined : 'Y',
    32: 'NSTS01',
  });

/** Everything the borough tells Homeward goes through here: HTTP and nothing else. */
export class FrontDoor {
  private control = 0;
  private constructor(
    readonly app: TestApp,
    private readonly clients: Readonly<Record<string, ApiClient>>,
  ) {}

  static async open(options: TestAppOptions = {}): Promise<FrontDoor> {
    const app = await startTestApp(options);
    const names = ['ward', 'idt', 'broker', 'broker2', 'reablement', 'provider', 'analyst', 'admin'];
    const clients = await Promise.all(names.map(async (name) => [name, await app.api(name)] as const));
    return new FrontDoor(app, Object.fromEntries(clients));
  }

  as(name: string): ApiClient {
    const client = this.clients[name];
    if (!client) throw new Error(`Nobody is signed in as ${name}.`);
    return client;
  }

  /** A command that must be taken. */
  async post(name: string, path: string, body: Json = {}): Promise<ApiAnswer> {
    return taken(`POST ${path} ${JSON.stringify(body)}`, await this.as(name).post(path, body));
  }
  async put(name: string, path: string, body: Json): Promise<ApiAnswer> {
    return taken(`PUT ${path}`, await this.as(name).put(path, body));
  }
  async items(name: string, path: string): Promise<readonly Json[]> {
    const { items } = taken(`GET ${path}`, await this.as(name).get(path)).json;
    if (!Array.isArray(items)) throw new Error(`No items at ${path}.`);
    return items as readonly Json[];
  }

  message(stay: ToldStay, said: WardMessage, visit: string): string {
    this.control += 1;
    return [
      `MSH|^~\\&|PAS|${stay.hospital}|HOMEWARD|BARNET|${hl7(said.recorded)}||ADT^${said.type}|F${String(this.control)}|P|2.4`,
      segment('EVN', { 2: hl7(said.recorded), 6: hl7(said.at) }),
      pid(stay.person),
      segment('PV1', {
        2: 'I',
        3: `${said.ward}^1^A^${stay.hospital}`,
        4: stay.admissionMethod,
        19: `${visit}^^^${stay.hospital}`,
        36: said.method,
        37: said.destination,
        44: said.admittedAt && hl7(said.admittedAt),
        45: said.dischargedAt && hl7(said.dischargedAt),
      }),
      ...((said.fit ?? said.readyDate)
        ? [segment('ZU1', { 22: said.fit, 24: said.readyDate?.replaceAll('-', '') })]
        : []),
    ].join('\r');
  }

  death(person: ToldPerson, at: string, recorded: string): string {
    this.control += 1;
    return [
      `MSH|^~\\&|PAS|RAL|HOMEWARD|BARNET|${hl7(recorded)}||ADT^A31|F${String(this.control)}|P|2.4`,
      segment('EVN', { 2: hl7(recorded) }),
      pid(person, at),
      'PV1||N',
    ].join('\r');
  }

  /** Sends ward messages in one body; gives the stay of each. */
  async ward(messages: readonly string[]): Promise<readonly (string | undefined)[]> {
    if (messages.length === 0) return [];
    const type = { 'content-type': 'x-application/hl7-v2+er7' };
    const answer = taken('ward', await this.as('admin').post('/ward-events/hl7v2', messages.join('\r'), type));
    const taken_ = answer.json['messages'] as readonly { ack: string; stayId?: string; reason?: string }[];
    const refused = taken_.find(({ ack }) => ack !== 'AA');
    if (refused || answer.json['accepted'] !== messages.length)
      throw new Error(`Not all was accepted: ${JSON.stringify({ ...answer.json, messages: refused })}`);
    return taken_.map(({ stayId }) => stayId);
  }

  /** An instant after all that was recorded so far, once everything has followed from it. */
  async pause(): Promise<string> {
    await this.app.settled();
    const at = Date.now() + 1;
    while (Date.now() <= at);
    return new Date(at).toISOString();
  }
}

const taken = (what: string, answer: ApiAnswer): ApiAnswer => {
  if (answer.status >= 300) throw new Error(`${what}: ${String(answer.status)} ${JSON.stringify(answer.body)}`);
  return answer;
};

/** Works through items, a few at a time. */
export const each = async <T>(items: readonly T[], work: (item: T) => Promise<void>, lanes = 8): Promise<void> => {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (const item of queue) await work(item);
    }),
  );
};

import { connect } from 'node:net';
import { addDays, londonDate, startOfLondonDay } from '#libs/nhs/civil-date.js';
import { makeTestNumber } from '#libs/nhs/nhs-number.js';
import type { ApiAnswer, ApiClient } from '../support/api-client.js';

export type Json = Readonly<Record<string, unknown>>;
export type Fields = Readonly<Record<number, string | undefined>>;

export const hl7 = { 'content-type': 'x-application/hl7-v2+er7' };
export const today = londonDate(new Date().toISOString());

/** The instant of an hour of a London day, `days` before today. */
export const ago = (days: number, hour = 0, minute = 0): string =>
  new Date(Date.parse(startOfLondonDay(addDays(today, -days))) + (hour * 60 + minute) * 60_000).toISOString();

/** `20261103101500+0000` */
export const stamp = (instant: string): string => `${instant.slice(0, 19).replaceAll(/[-:T]/g, '')}+0000`;

/** `20261103` of a civil date or of the London day of an instant. */
export const compact = (when: string): string => (when.length === 10 ? when : londonDate(when)).replaceAll('-', '');

export interface Person {
  readonly nhs: string;
  readonly local: string;
  readonly visit: string;
  readonly birthDate: string;
}

let people = 0;
/** Somebody nobody has heard of yet, with a visit of their own. */
export const somebody = (): Person => {
  people += 1;
  const nhs = makeTestNumber(500 + people);
  return { nhs, local: `L${nhs}`, visit: `V${nhs}`, birthDate: '1941-03-04' };
};

export interface Said {
  readonly id?: string;
  /** EVN-6, the event's own time. */
  readonly at?: string;
  /** EVN-2, the source recorded time; else as `at`. */
  readonly rec?: string;
  /** MSH-7; else as `rec`. */
  readonly sent?: string;
  readonly place?: string;
  readonly hospital?: string;
  readonly msh?: Fields;
  readonly evn?: Fields;
  readonly pid?: Fields;
  readonly pv1?: Fields | null;
  readonly pv2?: Fields;
  readonly zu1?: Fields;
  readonly mrg?: Fields;
}

const segment = (name: string, fields: Fields): string => {
  const last = Math.max(0, ...Object.keys(fields).map(Number));
  return [name, ...Array.from({ length: last }, (_, index) => fields[index + 1] ?? '')].join('|');
};

let messages = 0;

/** An ADT message of HL7 v2.4 as HL7 UK A.3 has it; every field may be said otherwise. */
export const message = (person: Person, event: string, said: Said = {}): string => {
  messages += 1;
  const hospital = said.hospital ?? 'RAL';
  const at = said.at === undefined ? undefined : stamp(said.at);
  const rec = said.rec === undefined ? at : stamp(said.rec);
  const sent = said.sent === undefined ? (rec ?? stamp(ago(1))) : stamp(said.sent);
  const msh: Fields = {
    3: 'PAS',
    4: hospital,
    5: 'HOMEWARD',
    6: 'BARNET',
    7: sent,
    9: `ADT^${event}`,
    10: said.id ?? `C${String(messages)}`,
    11: 'P',
    12: '2.4',
    ...said.msh,
  };
  return [
    `MSH|^~\\&|${segment('', msh).split('|').slice(3).join('|')}`,
    segment('EVN', { 2: rec, 6: at, ...said.evn }),
    segment('PID', {
      1: '1',
      3: `${person.nhs}^^^NHS^NH~${person.local}^^^RAL^MR`,
      5: `TEST${person.nhs}^ADA`,
      7: person.birthDate.replaceAll('-', ''),
      8: 'F',
      11: '1 TEST ROAD^^LONDON^^N12 0AA',
      32: 'NSTS01',
      ...said.pid,
    }),
    ...(said.mrg ? [segment('MRG', said.mrg)] : []),
    ...(said.pv1 === null
      ? []
      : [
          segment('PV1', {
            1: '1',
            2: 'I',
            3: said.place === undefined ? undefined : `${said.place}^${hospital}`,
            19: `${person.visit}^^^${hospital}`,
            ...said.pv1,
          }),
        ]),
    ...(said.pv2 ? [segment('PV2', said.pv2)] : []),
    ...(said.zu1 ? [segment('ZU1', said.zu1)] : []),
  ].join('\r');
};

export const ok = (answer: ApiAnswer): ApiAnswer => {
  if (answer.status >= 300) throw new Error(`${String(answer.status)} ${JSON.stringify(answer.body)}`);
  return answer;
};

export const listOf = (answer: ApiAnswer, field: string): readonly Json[] => {
  const list = ok(answer).json[field];
  if (!Array.isArray(list)) throw new Error(`No ${field} in ${JSON.stringify(answer.body)}`);
  return list as readonly Json[];
};

/** What the sender of messages does and sees; every read waits for the last thing sent. */
export class Line {
  position = '1';

  constructor(readonly client: ApiClient) {}

  async send(...texts: readonly string[]): Promise<readonly Json[]> {
    const answer = ok(await this.client.post('/ward-events/hl7v2', texts.join('\r'), hl7));
    this.position = answer.text('position');
    return listOf(answer, 'messages');
  }

  /** All must be taken; gives the stay the last of them is about. */
  async take(...texts: readonly string[]): Promise<string> {
    const answers = await this.send(...texts);
    const refused = answers.filter((one) => one['ack'] !== 'AA');
    if (refused.length > 0) throw new Error(JSON.stringify(refused));
    return String(answers.at(-1)?.['stayId']);
  }

  get(path: string): Promise<ApiAnswer> {
    return this.client.get(`${path}${path.includes('?') ? '&' : '?'}waitFor=${this.position}`);
  }

  async stay(stayId: string): Promise<Json> {
    return ok(await this.get(`/stays/${stayId}`)).json;
  }
}

export const permutations = <T>(items: readonly T[]): T[][] =>
  items.length <= 1
    ? [[...items]]
    : items.flatMap((item, at) =>
        permutations([...items.slice(0, at), ...items.slice(at + 1)]).map((rest) => [item, ...rest]),
      );

/** Sends one message over MLLP and gives the answer's MSA-1 and MSA-2. */
export const overMllp = (port: number, text: string): Promise<readonly [string, string]> =>
  new Promise((resolve, reject) => {
    const line = connect(port, '127.0.0.1', () => line.write(`\x0b${text}\r\x1c\r`));
    let heard = '';
    line.on('data', (chunk) => {
      heard += chunk.toString('utf8');
      if (!heard.includes('\x1c\r')) return;
      line.end();
      const msa =
        heard
          .split('\r')
          .find((one) => one.startsWith('MSA'))
          ?.split('|') ?? [];
      resolve([msa[1] ?? '', msa[2] ?? '']);
    });
    line.on('error', reject);
  });

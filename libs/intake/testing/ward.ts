import type { ApiClient } from '../../../test/support/api-client.js';
import { startTestApp, type TestApp } from '../../../test/support/app.js';
import { adt, type Adt } from './adt.js';
import { intakeAlone } from './intake-app.js';

export const hl7 = { 'content-type': 'x-application/hl7-v2+er7' };
/** A minute of the day most tests play on. */
export const t = (hhmm: string): string => `20261103${hhmm}00`;

export interface Sent {
  readonly accepted: number;
  readonly duplicates: number;
  readonly ignored: number;
  readonly quarantined: number;
  readonly rejected: number;
  readonly messages: { controlId: string | null; ack: string; stayId?: string; reason?: string; flags?: string[] }[];
  readonly position: string;
}

export type Who = Pick<Adt, 'visit' | 'pid3'>;

export interface Ward {
  readonly app: TestApp;
  readonly admin: ApiClient;
  /** The demo's ward user, of hospital RAL. */
  readonly ward: ApiClient;
  post(body: string, client?: ApiClient): Promise<Sent>;
  send(...messages: readonly Adt[]): Promise<Sent>;
  /** The stay of the last message, once it shows it. */
  stayOf(sent: Sent): Promise<Record<string, unknown>>;
  feed(name: string): Promise<Record<string, unknown> | undefined>;
  /** A visit and a person nobody has heard of, so that tests do not meet. */
  someone(): Who;
}

/** Intake on a database of its own, and the ways a ward speaks to it. */
export const startWard = async (): Promise<Ward> => {
  const app = await startTestApp({ module: intakeAlone });
  const [admin, ward] = await Promise.all([app.api('admin'), app.api('ward')]);
  let visits = 0;
  const post = async (body: string, client = admin): Promise<Sent> => {
    const answer = await client.post('/ward-events/hl7v2', body, hl7);
    if (answer.status !== 200) throw new Error(`answered ${String(answer.status)} ${JSON.stringify(answer.body)}`);
    return answer.body as Sent;
  };
  return {
    app,
    admin,
    ward,
    post,
    send: (...messages) => post(messages.map(adt).join('\r')),
    stayOf: async ({ messages, position }) => {
      const answer = await admin.get(`/stays/${messages.at(-1)?.stayId ?? ''}?waitFor=${position}`);
      if (answer.status !== 200) throw new Error(`no stay: ${String(answer.status)}`);
      return { ...answer.json };
    },
    feed: async (name) => {
      const { items } = (await admin.get('/feeds')).json as { items: Record<string, unknown>[] };
      return items.find(({ feed }) => feed === name);
    },
    someone: () => {
      visits += 1;
      return { visit: `V${String(visits)}^^^RAL`, pid3: `P${String(visits)}^^^RAL^MR` };
    },
  };
};

/** Six messages of one stay: admitted, moved, updated, move taken back, discharged, discharge taken back. */
export const course = (who: Who): Adt[] => {
  const id = `C${(who.visit ?? '').split('^')[0]?.slice(1) ?? ''}`;
  const larch = 'LARCH^1^A^RAL';
  const messages: Adt[] = [
    { event: 'A01', recorded: t('0905'), occurred: t('0900'), place: larch },
    { event: 'A02', recorded: t('1105'), occurred: t('1100'), place: 'OAK^2^B^RAL' },
    { event: 'A08', recorded: t('1200'), zu1: { 22: 'Y', 24: '20261103' }, pv2: { 9: '20261104' } },
    { event: 'A12', recorded: t('1230'), place: larch },
    { event: 'A03', recorded: t('1505'), occurred: t('1500'), place: larch, pv1: { 36: '1', 37: '19' } },
    { event: 'A13', recorded: t('1600') },
  ];
  return messages.map((message, n) => ({ ...message, ...who, controlId: `${id}-${String(n + 1)}` }));
};

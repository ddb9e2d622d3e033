import { adt, hl7Type, wardPerson, type WardPerson } from '../../e2e/ward.js';
import { referral } from '../../faults/support/ward-load.js';
import type { ApiClient } from '../../support/api-client.js';
import type { Service } from './service.js';

/** Somebody in a bed, referred to the team. */
export interface Referred {
  readonly person: WardPerson;
  readonly caseId: string;
  readonly admittedAt: string;
}

const hour = 3_600_000;
const together = 16;
const wards = ['LARCH', 'CEDAR', 'ROWAN', 'WILLOW', 'SPRUCE', 'BIRCH'];
const reasons = ['CAP1', 'CTH1', 'HP5', 'IF11', 'HP3'];

const ago = (hours: number): string => new Date(Math.floor((Date.now() - hours * hour) / 1000) * 1000).toISOString();

export const wardOf = (sequence: number): string => wards[sequence % wards.length] ?? 'LARCH';

/** A person of this number is admitted, referred, accepted, given a pathway, delayed and given an action, as cases on a board are. */
const refer = async (sequence: number, ward: ApiClient, idt: ApiClient): Promise<Referred> => {
  const person = wardPerson(sequence);
  const admittedAt = ago(200 + (sequence % 300));
  const said = { at: admittedAt, admittedAt, location: `${wardOf(sequence)}^${String(sequence % 40)}^A` };
  await ok(
    ward.post('/ward-events/hl7v2', adt(person, { event: 'A01', controlId: `${person.visit}-1`, ...said }), hl7Type),
  );
  const ready = ago(40 + (sequence % 60));
  await ok(
    ward.post(
      '/ward-events/hl7v2',
      adt(person, {
        ...said,
        event: 'A08',
        controlId: `${person.visit}-2`,
        at: ready,
        fit: 'Y',
        readyDate: ready.slice(0, 10),
      }),
      hl7Type,
    ),
  );
  const caseId = (await ok(idt.post('/cases', referral(person, ago(39))))).text('caseId');
  const command = (name: string, body: object) => ok(idt.post(`/cases/${caseId}/${name}`, body));
  await command('accept', { occurredAt: ago(30) });
  await command('assign', { worker: 'idt', occurredAt: ago(29) });
  await command('expected-discharge-date', { date: ago(-48).slice(0, 10), occurredAt: ago(28) });
  await command('pathway', { pathway: 0, reason: 'Agreed in the hub.', decidedBy: 'Hub huddle', occurredAt: ago(27) });
  await command('delays', { reason: reasons[sequence % reasons.length], anticipated: true, occurredAt: ago(26) });
  const action = { what: 'Ring the daughter about keys.', owner: { organisation: 'hub' }, due: ago(-24) };
  await command('actions', { ...action, occurredAt: ago(25) });
  return { person, caseId, admittedAt };
};

/** Fills the board with so many cases, people numbered from `first`. Resolves when every read model holds them. */
export const fillBoard = async (
  service: Service,
  count: number,
  onProgress: (done: number) => void,
  first = 1,
): Promise<readonly Referred[]> => {
  const [ward, idt] = await Promise.all([service.api('admin'), service.api('idt')]);
  const referred: Referred[] = [];
  let next = first;
  const lane = async (): Promise<void> => {
    while (next < first + count) {
      const mine = next;
      next += 1;
      referred.push(await refer(mine, ward, idt));
      onProgress(referred.length);
    }
  };
  await Promise.all(Array.from({ length: together }, lane));
  const last = await ok(idt.get('/board'));
  await ok(idt.get(`/board?waitFor=${last.text('position')}`));
  return referred;
};

const ok = async (asked: ReturnType<ApiClient['get']>): ReturnType<ApiClient['get']> => {
  const answer = await asked;
  if (answer.status < 300) return answer;
  throw new Error(`The service answered ${String(answer.status)} ${JSON.stringify(answer.body)}`);
};

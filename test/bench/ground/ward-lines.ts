import { adt, wardPerson } from '../../e2e/ward.js';
import { codeOf, MllpClient } from '../../faults/support/mllp-client.js';

const hour = 3_600_000;
const wards = ['LARCH', 'CEDAR', 'ROWAN', 'WILLOW', 'SPRUCE'];

/**
 * Messages as a hospital sends them: people come in, move, are assessed, move again and go, each with a stay of their own.
 * `first` numbers the people, so that two senders never speak of the same.
 */
export function* wardCourse(first: number): Generator<string, never> {
  for (let sequence = first; ; sequence += 1) {
    const person = wardPerson(sequence);
    const now = Date.now();
    const admittedAt = new Date(now - 96 * hour).toISOString();
    const say = (event: string, step: number, more: object = {}): string => {
      const at = new Date(now - (96 - 20 * step) * hour).toISOString();
      const location = `${wards[(sequence + step) % wards.length] ?? ''}^${String(sequence % 40)}^B`;
      return adt(person, { event, controlId: `${person.visit}-${String(step)}`, at, admittedAt, location, ...more });
    };
    yield say('A01', 0);
    yield say('A02', 1);
    yield say('A08', 2, { fit: 'Y', readyDate: new Date(now - 56 * hour).toISOString().slice(0, 10) });
    yield say('A02', 3);
    yield say('A03', 4, { dischargedAt: new Date(now - 16 * hour).toISOString(), method: '1', destination: '19' });
  }
}

/** Sends a message and waits for its acknowledgment. @throws Error for anything but `AA` */
export const acknowledged = async (line: MllpClient, message: string): Promise<void> => {
  const code = codeOf(await line.send(message));
  if (code !== 'AA') throw new Error(`A ward message was answered ${code}.`);
};

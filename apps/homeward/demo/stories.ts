import { addDays, startOfLondonDay } from '#libs/nhs/civil-date.js';
import type { Chance } from './chance.js';
import type { FrontDoor } from './front-door.js';
import { residentOf, type Resident } from './resident.js';
import { wardMessage, type Bed, type Said, type Visit } from './ward-message.js';

export interface Stage {
  readonly door: FrontDoor;
  readonly chance: Chance;
  /** The civil date the borough was made for, and the instant it is played. */
  readonly today: string;
  readonly now: string;
}

/** Somebody in a bed: the person, the visit, and how to say something about them. */
export interface Inpatient {
  readonly resident: Resident;
  readonly visit: Visit;
  say(event: Said['event'], at: string, more?: Partial<Said>): string;
}

export const hospitals = ['RAL', 'RRV'] as const;
const wards = {
  RAL: ['LARCH', 'CEDAR', 'ROWAN', 'WILLOW', 'SPRUCE'],
  RRV: ['T08', 'T10', 'T12'],
} as const;

/** An instant on a civil date in London, `minutes` after midnight. */
export const at = (date: string, minutes: number): string =>
  new Date(Date.parse(startOfLondonDay(date)) + minutes * 60_000).toISOString();

/** Nothing in the demo is said before it happened. */
export const notAfter = (instant: string, now: string): string => (instant > now ? now : instant);

export const bedOf = (chance: Chance, hospital: (typeof hospitals)[number]): Bed => ({
  ward: chance.pick(wards[hospital]),
  room: String(chance.between(1, 6)),
  bed: chance.pick(['A', 'B', 'C', 'D']),
});

/** `sequence` is the resident's number in the borough; `from` the day of admission. */
export const inpatient = (
  stage: Stage,
  sequence: number,
  from: string,
  { youngest = 18, admittedAt }: { youngest?: number; admittedAt?: string } = {},
): Inpatient => {
  const { chance } = stage;
  const hospital = chance.weighted<(typeof hospitals)[number]>([
    ['RAL', 3],
    ['RRV', 1],
  ]);
  const resident = residentOf(chance, sequence, stage.today, youngest);
  const visit: Visit = {
    hospital,
    number: `V${String(sequence).padStart(6, '0')}`,
    bed: bedOf(chance, hospital),
    admittedAt: admittedAt ?? at(from, chance.between(7 * 60, 22 * 60)),
    admissionMethod: chance.weighted([
      ['21', 8],
      ['22', 1],
      ['2A', 1],
      ['11', 1],
    ]),
    specialty: chance.pick(['300', '430', '100', '110', '340']),
  };
  let said = 0;
  return {
    resident,
    visit,
    say: (event, instant, more = {}) => {
      said += 1;
      const controlId = `${visit.number}-${String(said)}`;
      const time = notAfter(instant, stage.now);
      return wardMessage(resident, visit, { event, controlId, at: time, recordedAt: time, ...more });
    },
  };
};

const nightsOf = (chance: Chance): number =>
  chance.weighted<() => number>([
    [() => chance.between(1, 3), 55],
    [() => chance.between(4, 8), 30],
    [() => chance.between(9, 20), 12],
    [() => chance.between(21, 34), 3],
  ])();

/** Somebody who goes home without the team: the ward alone speaks of them, and the stay stays pseudonymous. */
export const goesHomeAlone = async (stage: Stage, sequence: number, leaves: string): Promise<void> => {
  const { chance } = stage;
  const person = inpatient(stage, sequence, addDays(leaves, -nightsOf(chance)));
  const out = at(leaves, chance.between(9 * 60, 20 * 60));
  const died = chance.percent(4);
  const ready = died || chance.percent(88) ? leaves : addDays(leaves, -chance.between(1, 6));
  const messages = [person.say('A01', person.visit.admittedAt)];
  if (ready > person.visit.admittedAt.slice(0, 10) && !died) {
    const assessed = at(ready, 8 * 60 + 30);
    if (assessed > person.visit.admittedAt) messages.push(person.say('A08', assessed, { fit: true, readyDate: ready }));
  }
  messages.push(
    person.say('A03', out, {
      dischargedAt: out,
      destination: died ? '79' : chance.percent(95) ? '19' : '29',
      method: died ? '4' : '1',
    }),
  );
  await stage.door.ward(messages);
};

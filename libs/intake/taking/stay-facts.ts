import { stayContracts, type StayBlock, type StayEvent } from '#libs/contracts/intake/stay-events.js';
import { isOf } from '#libs/event-store/contracted.js';
import type { StoredEvent } from '#libs/event-store/port.js';
import type { StayAction, StayFact } from '../domain/stay-fact.js';

export type StayEventType = keyof typeof stayContracts;

const types: Readonly<Record<StayAction, StayEventType>> = {
  admit: 'PatientAdmitted',
  move: 'PatientMoved',
  discharge: 'PatientDischarged',
  details: 'StayDetailsChanged',
  expect: 'ExpectedDischargeDateSet',
  'cancel-expected': 'ExpectedDischargeDateSet',
  leave: 'WentOnLeave',
  return: 'ReturnedFromLeave',
  'cancel-admission': 'AdmissionCancelled',
  'cancel-move': 'MoveCancelled',
  'cancel-discharge': 'DischargeCancelled',
  'cancel-leave': 'StayDetailsChanged',
  'cancel-return': 'StayDetailsChanged',
  plan: 'StayDetailsChanged',
  'cancel-plan': 'StayDetailsChanged',
  'become-outpatient': 'PatientDischarged',
  merge: 'StaysMerged',
  'hear-of-death': 'StayDetailsChanged',
};

/** What the event of a message is called: an update that says something of criteria or of the expected date goes by that. */
export const eventTypeOf = (fact: Pick<StayFact, 'action' | 'meets' | 'readyDate' | 'expectedDate'>): StayEventType => {
  if (fact.action !== 'details') return types[fact.action];
  if (fact.meets !== undefined || fact.readyDate !== undefined) return 'CriteriaToResideRecorded';
  return fact.expectedDate === undefined ? 'StayDetailsChanged' : 'ExpectedDischargeDateSet';
};

const isStayNews = isOf(stayContracts);
const isFact = (fact: Readonly<Record<string, unknown>>): fact is Readonly<Record<string, unknown>> & StayFact =>
  typeof fact['action'] === 'string' && typeof fact['eventTime'] === 'string' && typeof fact['eventId'] === 'string';

/** The message behind an event of a stay, but for its place in the stream. */
export type MessageHeader = Omit<StayEvent['data']['message'], 'sequence'>;

/** What was first said elsewhere (of a visit that was merged into the stay) goes in this stay by the event that says it here. */
export const saidBy = (eventId: string, fact: StayFact): StayFact =>
  fact.eventId === eventId ? fact : { ...fact, firstSaidBy: eventId };

/** What an event of a `stay-` stream says, the message behind it, and the stay after it. The fact is intake's own: nobody else writes one. */
export const newsOf = (
  event: StoredEvent,
): { readonly fact: StayFact; readonly header: MessageHeader; readonly stay: StayBlock } => {
  if (!isStayNews(event) || !isFact(event.data.fact))
    throw new Error('An event of a stay does not hold what was said.');
  const { sequence: _, ...header } = event.data.message;
  return { fact: saidBy(event.eventId, event.data.fact), header, stay: event.data.stay };
};

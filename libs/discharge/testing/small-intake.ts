import fc from 'fast-check';
import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import type { Death, Stays, WardStay } from '../domain/ward.js';
import { criteriaEntry, staysOf, wardStay } from './stay-builder.js';

/** A message as intake would take it: what it says, and when the sender recorded it. */
export type Message =
  | { readonly says: 'admit' | 'void'; readonly sent: number }
  | { readonly says: 'discharge'; readonly sent: number; readonly died?: true }
  | { readonly says: 'cancel-discharge'; readonly sent: number }
  | { readonly says: 'criteria'; readonly sent: number; readonly meets: boolean }
  | { readonly says: 'death' | 'death-withdrawn'; readonly sent: number }
  | { readonly says: 'readmit'; readonly sent: number };

/** That many hours into November 2026. */
export const hour = (n: number): string =>
  new Date(Date.parse('2026-11-01T00:00:00.000Z') + n * 3_600_000).toISOString();
export const referredAtHour = hour(5);

/** Intake in small: the block is a function of the set of messages, never of their order (api.md, "How messages become stays"). */
const latest = (messages: readonly Message[], says: Message['says']): Message | undefined =>
  messages.filter((message) => message.says === says).sort((a, b) => b.sent - a.sent)[0];

const stayOf = (messages: readonly Message[]): WardStay => {
  const [admit, voided] = [latest(messages, 'admit'), latest(messages, 'void')];
  const [discharge, undone] = [latest(messages, 'discharge'), latest(messages, 'cancel-discharge')];
  const stands = admit && !(voided && voided.sent >= admit.sent);
  const left = discharge && !(undone && undone.sent >= discharge.sent) ? discharge : undefined;
  const died = left?.says === 'discharge' && left.died;
  const block: Partial<StayBlock> = {
    status: !admit ? 'known' : !stands ? 'cancelled' : left ? 'discharged' : 'open',
    admittedAt: admit ? hour(1) : null,
    dischargedAt: left ? hour(left.sent) : null,
    destinationCode: left ? (died ? '79' : '19') : null,
    dischargeMethodCode: left ? (died ? '4' : '1') : null,
    diedAt: left && died ? hour(left.sent) : null,
    criteria: messages
      .flatMap((message) => (message.says === 'criteria' ? [criteriaEntry(message.meets, hour(message.sent))] : []))
      .sort((a, b) => (a.at < b.at ? -1 : 1)),
  };
  return wardStay(block, {
    admissionCancelledAt: voided ? hour(voided.sent) : null,
    dischargeCancelledAt: undone ? hour(undone.sent) : null,
  });
};

export const factsOf = (messages: readonly Message[]): { stays: Stays; deaths: readonly Death[]; cases: [] } => {
  const [death, withdrawn] = [latest(messages, 'death'), latest(messages, 'death-withdrawn')];
  const readmitted = latest(messages, 'readmit');
  const stands = death && !(withdrawn && withdrawn.sent >= death.sent);
  const again = readmitted ? [wardStay({ stayId: 'again', admittedAt: hour(readmitted.sent) })] : [];
  return {
    stays: staysOf(...(messages.length > 0 ? [stayOf(messages)] : []), ...again),
    deaths: stands ? [{ diedAt: hour(death.sent) }] : [],
    cases: [],
  };
};

export const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ says: fc.constantFrom('admit' as const, 'void' as const), sent: fc.integer({ min: 1, max: 99 }) }),
  fc.record({ says: fc.constant('discharge' as const), sent: fc.integer({ min: 2, max: 99 }) }),
  fc.record({
    says: fc.constant('discharge' as const),
    sent: fc.integer({ min: 2, max: 99 }),
    died: fc.constant(true as const),
  }),
  fc.record({ says: fc.constant('cancel-discharge' as const), sent: fc.integer({ min: 2, max: 99 }) }),
  fc.record({ says: fc.constant('criteria' as const), sent: fc.integer({ min: 1, max: 99 }), meets: fc.boolean() }),
  fc.record({
    says: fc.constantFrom('death' as const, 'death-withdrawn' as const),
    sent: fc.integer({ min: 1, max: 99 }),
  }),
  fc.record({ says: fc.constant('readmit' as const), sent: fc.integer({ min: 40, max: 99 }) }),
);
/** Two messages of one kind at one instant are told apart by control id; here each has an hour of its own. */
export const messages = fc.uniqueArray(message, { minLength: 1, maxLength: 7, selector: ({ sent }) => sent });

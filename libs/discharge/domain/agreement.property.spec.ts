import fc from 'fast-check';
import { Facts, knownFacts } from '../board/domain/counting.js';
import { factOf, isCaseFact } from '../board/domain/history.js';
import { wardSays } from '../board/domain/linked-stay.js';
import { endAt, standingAt } from '../board/domain/standing.js';
import { entriesOf, recordOf, referral, type Given } from '../testing/case-scenario.js';
import { factsOf, hour, message, referredAtHour, type Message } from '../testing/small-intake.js';
import type { CaseCommand } from './case-command.js';
import { caseDecider } from './case-decider.js';
import type { CaseEntry } from './case-state.js';
import { criteriaHistoryOf, metAgainSince } from './criteria.js';

const actions = ['accept', 'close', 'withdraw', 'pause', 'resume', 'discharge-by-hand', 'mark-in-error'] as const;
interface Entered {
  readonly act: (typeof actions)[number];
  readonly at: number;
  /** Which entry is marked in error. */
  readonly pick: number;
}
const entered: fc.Arbitrary<Entered> = fc.record({
  act: fc.constantFrom(...actions),
  at: fc.integer({ min: 6, max: 99 }),
  pick: fc.nat(20),
});

const commandOf = ({ act, at: hours, pick }: Entered, entries: readonly CaseEntry[]): CaseCommand => {
  const at = hour(hours);
  switch (act) {
    case 'accept':
    case 'resume':
      return { act, at };
    case 'discharge-by-hand':
      return { act, at, destinationCode: '19' };
    case 'mark-in-error':
      return { act, at, reason: 'x', wardCriteria: [], eventId: entries[pick % entries.length]?.eventId ?? '' };
    default:
      return { act, at, reason: 'x' };
  }
};

/** A history in which news and commands take turns and the policy looks after each; what is refused is left out. */
class History {
  entries: readonly CaseEntry[] = entriesOf([referral({}, referredAtHour)]);
  readonly heard: Message[] = [];

  /** What the command brought about: the types of what was written. */
  do(command: CaseCommand, by?: string): readonly string[] {
    const decision = caseDecider.decide(command, recordOf(this.entries));
    const events = decision.ok ? decision.events : [];
    const written = events.map(({ occurredAt, eventId: _, schemaVersion: __, ...event }): Given => ({
      ...event,
      at: occurredAt ?? command.at,
      ...(by === undefined ? {} : { by }),
    }));
    this.entries = [...this.entries, ...entriesOf(written, 'case-1', 'person-1', this.entries.length)];
    return written.map(({ type }) => type);
  }

  follow(eventId: string, occurredAt: string): readonly string[] {
    const cause = { eventId, occurredAt, recordedAt: hour(1000 + this.entries.length) };
    return this.do({ act: 'follow', at: occurredAt, facts: factsOf(this.heard), cause }, 'policy:case-follows-stay');
  }
}

const later = hour(100_000);

describe('a case under random news and commands', () => {
  const steps = fc.array(fc.oneof<fc.Arbitrary<Message | Entered>[]>(message, entered), { maxLength: 9 });

  it('is settled once the policy has looked, and has the status the board shows', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const history = new History();
        for (const [index, step] of taken.entries()) {
          if ('act' in step) history.do(commandOf(step, history.entries));
          else history.heard.push(step);
          history.follow(`step-${String(index)}`, hour('act' in step ? step.at : step.sent));
          expect(history.follow('again', hour(1))).toEqual([]);
        }
        const { state } = recordOf(history.entries);
        const facts = history.entries.map((entry) => factOf({ ...entry, data: { ...entry.data } })).filter(isCaseFact);
        if (state.status === 'none') throw new Error('The case was referred.');
        const { body } = state;
        const stay = factsOf(history.heard).stays.get(body.link?.stayId ?? '') ?? null;
        const known = new Facts(knownFacts(facts, { asOf: later, knownAt: later }).facts);
        const metAgain = metAgainSince(criteriaHistoryOf(body, stay, later), body.referredAt) !== null;
        const end = endAt(known, stay && wardSays(stay.block), later);
        expect(standingAt(known, end, metAgain, later).status).toBe(state.status);
      }),
      { numRuns: 300 },
    );
  });
});

import fc from 'fast-check';
import { entriesOf, recordOf, referral, type Given } from '../testing/case-scenario.js';
import { factsOf, hour, messages, referredAtHour, type Message } from '../testing/small-intake.js';
import { caseDecider } from './case-decider.js';
import type { CaseEntry } from './case-state.js';

/** Lets the policy look after each piece of news, in this order, with the referral and the team's discharge among them. */
const playedOut = (news: readonly (Message | 'referral' | 'discharge-by-hand')[]): readonly CaseEntry[] => {
  let entries: readonly CaseEntry[] = [];
  const heard: Message[] = [];
  const write = (...given: readonly Given[]): void => {
    entries = [...entries, ...entriesOf(given, 'case-1', 'person-1', entries.length)];
  };
  const lookAt = (eventId: string, at: string): void => {
    const record = recordOf(entries);
    if (record.state.status === 'none') return;
    const cause = { eventId, occurredAt: at, recordedAt: hour(1000) };
    const decision = caseDecider.decide({ act: 'follow', at, facts: factsOf(heard), cause }, record);
    if (!decision.ok) throw new Error(decision.code);
    write(
      ...decision.events.map(({ occurredAt, eventId: _, schemaVersion: __, ...event }): Given => ({
        ...event,
        at: occurredAt ?? at,
        by: 'policy:case-follows-stay',
      })),
    );
  };
  for (const [index, piece] of news.entries()) {
    if (piece === 'referral') write(referral({}, referredAtHour));
    else if (piece === 'discharge-by-hand') {
      const dischargedAt = hour(30);
      const data = { by: 'hand', stayId: null, dischargedAt, destinationCode: '29', methodCode: null } as const;
      // Whatever its place, it is entered after the referral.
      if (entries.length > 0) write({ type: 'CaseDischarged', data, at: dischargedAt });
    } else heard.push(piece);
    lookAt(`news-${String(index)}`, typeof piece === 'string' ? referredAtHour : hour(piece.sent));
  }
  return entries;
};

/** What must not depend on the order. When a pause began may, in the log: late news is late; that it holds may not. */
const endOf = (entries: readonly CaseEntry[]) => {
  const { state } = recordOf(entries);
  if (state.status === 'none') return state;
  const { link, discharge, death, admissionCancelled, readmissions } = state.body;
  return {
    status: state.status,
    link: link?.stayId ?? null,
    discharge,
    death,
    admissionCancelled,
    readmissions: [...readmissions],
  };
};

const permutations = <T>(items: readonly T[]): readonly (readonly T[])[] =>
  items.length < 2
    ? [items]
    : items.flatMap((item, index) =>
        permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
      );

describe('the end of a case does not depend on the order in which referral and ward messages come in', () => {
  const admit: Message = { says: 'admit', sent: 1 };
  it.each<[string, readonly Message[], string]>([
    ['admitted and discharged', [admit, { says: 'discharge', sent: 40 }], 'discharged'],
    [
      'discharged, cancelled and discharged again',
      [admit, { says: 'discharge', sent: 40 }, { says: 'cancel-discharge', sent: 41 }, { says: 'discharge', sent: 50 }],
      'discharged',
    ],
    ['voided', [admit, { says: 'void', sent: 20 }, { says: 'discharge', sent: 30 }], 'withdrawn'],
    ['voided and reinstated', [admit, { says: 'void', sent: 20 }, { says: 'admit', sent: 21 }], 'referred'],
    ['died', [admit, { says: 'discharge', sent: 40, died: true }, { says: 'death', sent: 40 }], 'closed'],
    [
      'met again, and left to wait',
      [admit, { says: 'criteria', sent: 6, meets: false }, { says: 'criteria', sent: 9, meets: true }],
      'paused',
    ],
    [
      'a death withdrawn after a discharge',
      [admit, { says: 'discharge', sent: 40 }, { says: 'death', sent: 60 }, { says: 'death-withdrawn', sent: 61 }],
      'discharged',
    ],
  ])('%s, in every order', (_, news, status) => {
    const ends = permutations<Message | 'referral'>(['referral', ...news]).map((order) => endOf(playedOut(order)));
    for (const end of ends) expect(end).toEqual(ends[0]);
    expect(ends[0]?.status).toBe(status);
  });

  it('for random histories, with repeats', () => {
    fc.assert(
      fc.property(
        messages.chain((news) =>
          fc.tuple(
            fc.shuffledSubarray([...news, ...news, 'referral' as const], { minLength: news.length * 2 + 1 }),
            fc.shuffledSubarray([...news, 'referral' as const], { minLength: news.length + 1 }),
          ),
        ),
        ([one, other]) => {
          expect(endOf(playedOut(one))).toEqual(endOf(playedOut(other)));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('with a discharge by hand somewhere after the referral', () => {
    fc.assert(
      fc.property(
        messages.chain((news) =>
          fc.tuple(
            fc.shuffledSubarray(news, { minLength: news.length }),
            fc.shuffledSubarray(news, { minLength: news.length }),
            fc.nat(news.length),
            fc.nat(news.length),
          ),
        ),
        ([one, other, cut, otherCut]) => {
          const play = (news: readonly Message[], at: number) =>
            endOf(playedOut(['referral', ...news.slice(0, at), 'discharge-by-hand', ...news.slice(at)]));
          expect(play(one, cut)).toEqual(play(other, otherCut));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('and news heard again changes nothing that is written', () => {
    fc.assert(
      fc.property(messages, (news) => {
        const once = playedOut(['referral', ...news]);
        expect(playedOut(['referral', ...news, ...news]).map(({ type }) => type)).toEqual(once.map(({ type }) => type));
      }),
      { numRuns: 100 },
    );
  });
});

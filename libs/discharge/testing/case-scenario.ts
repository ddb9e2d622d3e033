import type { CaseEvent } from '#libs/contracts/discharge/case-events.js';
import type { Decision } from '#libs/event-store/decider.js';
import { caseDecider } from '../domain/case-decider.js';
import type { CaseAct, CaseCommand } from '../domain/case-command.js';
import type { CaseBody, CaseEntry, CaseRecord } from '../domain/case-state.js';
import type { PersonFacts } from '../domain/wanted.js';

export const caseId = 'case-1';
export const referredAt = '2026-11-02T10:00:00.000Z';
const hand = 'api';

/** Something that happened, as a spec names it: when it was true (default: when it was recorded), and by what it was written (default: a person). */
export type Given = CaseEvent & { readonly at?: string; readonly by?: string };
type Referral = Extract<CaseEvent, { readonly type: 'CaseReferred' }>['data'];

export const referral = (over: Partial<Referral> = {}, at = referredAt): Given => ({
  type: 'CaseReferred',
  data: {
    hospital: 'RAL',
    ward: 'LARCH',
    homeAuthority: 'Barnet',
    expectedDischargeDate: null,
    needs: { summary: 'Needs help at home' },
    flags: [],
    involvement: { person: 'Wants to go home' },
    referredBy: 'ward manager',
    previousCaseId: null,
    ...over,
  },
  at,
});

/** Events as the log would hold them: recorded a second apart, from the first one's time on. */
export const entriesOf = (
  given: readonly Given[],
  id = caseId,
  personId = 'person-1',
  from = 0,
): readonly CaseEntry[] =>
  given.map(({ at, by, ...event }, revision): CaseEntry => {
    const recordedAt = new Date(Date.parse('2026-11-20T00:00:00.000Z') + (from + revision) * 1000).toISOString();
    return {
      ...event,
      eventId: `${id}-${String(from + revision)}`,
      schemaVersion: 1,
      streamId: `case-${id}`,
      revision: from + revision,
      position: String(1000 + from + revision),
      occurredAt: at ?? recordedAt,
      recordedAt,
      personId,
      metadata: { correlationId: 'spec', actor: { id: 'u', role: 'idt', organisation: 'c' }, source: by ?? hand },
    };
  });

export const recordOf = (entries: readonly CaseEntry[]): CaseRecord =>
  entries.reduce((record, entry) => caseDecider.evolve(record, entry), caseDecider.initialState);

export const bodyOf = (entries: readonly CaseEntry[]): CaseBody => {
  const { state } = recordOf(entries);
  if (state.status === 'none') throw new Error('the scenario has no referral');
  return state.body;
};

/** Nothing known of the person but what the spec says. */
export const facts = (over: Partial<PersonFacts> = {}): PersonFacts => ({
  stays: new Map(),
  deaths: [],
  cases: [],
  ...over,
});

export const now = '2026-11-21T12:00:00.000Z';

export interface Outcome {
  readonly decision: Decision<CaseEvent>;
  /** Types of what happened; a refusal's code as `refused: …`. */
  readonly happened: readonly string[];
  readonly after: CaseRecord;
}

const outcomeOf = (entries: readonly CaseEntry[], command: CaseCommand): Outcome => {
  const record = recordOf(entries);
  const decision = caseDecider.decide(command, record);
  if (!decision.ok) return { decision, happened: [`refused: ${decision.code}`], after: record };
  const added = decision.events.map((event): Given => {
    const by = command.act === 'follow' || command.act === 'swap-delay' ? 'policy:case-follows-stay' : hand;
    const { occurredAt, eventId: _, ...happened } = event;
    return { ...happened, at: occurredAt ?? command.at, by };
  });
  const after = recordOf([...entries, ...entriesOf(added, caseId, 'person-1', entries.length)]);
  return { decision, happened: decision.events.map(({ type }) => type), after };
};

/** `given(…).when(command)`; the command's own time is `now` unless it says otherwise. */
export const given = (...events: readonly Given[]) => ({
  when: (act: CaseAct, over: { at?: string; onlyHospital?: string } = {}): Outcome =>
    outcomeOf(entriesOf(events), { at: now, ...over, ...act }),
});

export const statusAfter = ({ after }: Outcome): string => after.state.status;

import type { Fault } from '../domain/understood.js';

/** Faults that no message shows alone: why one waits in quarantine until a person has settled it. */
export const faults = {
  unforeseen: {
    code: 'our-fault',
    field: 'message',
    reason: 'The message could not be processed because of a fault on our side. It can be sent again.',
  },
  nobody: { code: 'who-missing', field: 'PID-3', reason: 'The message holds no identifier that can be used.' },
  /** Which of them survives does not hang on which came first, and the state is the same with this message and without. */
  ring: {
    code: 'merge-in-a-ring',
    field: 'MRG',
    reason:
      'With merges taken before, this one goes round in a ring. They are one all the same; a person must settle which is kept.',
  },
  /** domain.md §6.1, A47. */
  'both-known': {
    code: 'should-be-a-merge',
    field: 'MRG-1',
    reason:
      'The identifier in PID-3 was in use before this correction, so there are two records: it should have been a merge (A40).',
  },
} as const satisfies Readonly<Record<string, Fault>>;

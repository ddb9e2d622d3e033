import type { Refusal } from '#libs/event-store/decider.js';
import type { ExistingCase } from './case-state.js';

export const refuse = (code: string, message: string, kind: Refusal['kind'] = 'conflict'): Refusal => ({
  ok: false,
  code,
  message,
  kind,
});

export const noSuchCase = refuse('case.not-found', 'There is no such case.', 'not-found');

export const notOpen = ({ status }: ExistingCase): Refusal => ({
  ...refuse('case.not-open', `The case is ${status}; this is for open cases (referred, accepted, active, paused).`),
  details: { status },
});

export const otherHospital = refuse(
  'case.other-hospital',
  'A ward acts for cases of its own hospital only.',
  'forbidden',
);

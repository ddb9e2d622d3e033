import type { Refusal } from '#libs/event-store/decider.js';

export const caseNotFound: Refusal = {
  ok: false,
  kind: 'not-found',
  code: 'case.not-found',
  message: 'There is no case with this id.',
};

export const caseNotOpen: Refusal = {
  ok: false,
  code: 'case.not-open',
  message: 'The case is withdrawn or closed, so no care can be asked for on it.',
};

export const providerNotFound = (providerId: string): Refusal => ({
  ok: false,
  kind: 'not-found',
  code: 'provider.not-found',
  message: `There is no provider ${providerId}.`,
  details: { providerId },
});

export const interimUnknown: Refusal = {
  ok: false,
  kind: 'invalid',
  code: 'request.interim-for-unknown',
  message: 'interimFor must be another placement request of the same case.',
  details: { errors: [{ field: 'interimFor', message: 'must be another placement request of the same case' }] },
};

import type { Issue } from '../domain/fhir/issue.js';
import type { Heard } from '../domain/fhir/statement.js';
import type { Taken } from '../taking/taken.js';

/** What became of one resource: the HTTP status it would have by itself, what there is to say, and how it was taken. */
export interface EntryOutcome {
  readonly status: 200 | 201 | 400 | 403 | 405 | 422 | 424;
  readonly issues: readonly Issue[];
  readonly taken?: Taken;
}

const information = (code: Issue['code'], path: string, text: string): Issue => ({
  severity: 'information',
  code,
  path,
  text,
});

export const refusedOutcome = (status: EntryOutcome['status'], issues: readonly Issue[]): EntryOutcome => ({
  status,
  issues,
});

export const besideOutcome = (reason: string): EntryOutcome => ({
  status: 200,
  issues: [information('informational', '', reason)],
});

/** An entry of a transaction that could be taken, if the others could. */
export const heldUp: EntryOutcome = {
  status: 424,
  issues: [information('informational', '', 'Not taken, because another entry of the same bundle cannot be taken.')],
};

export const tooLarge: Issue = {
  severity: 'warning',
  code: 'too-costly',
  path: '',
  text: 'It is too large to be kept in quarantine. Send it again once it is corrected.',
};

const pathOf = ({ kept: { resource } }: Heard): string => {
  const type: unknown = typeof resource === 'object' && resource !== null ? Reflect.get(resource, 'resourceType') : '';
  return type === 'Encounter' || type === 'Patient' ? type : '';
};

/** What intake made of a resource, in FHIR's words. */
export const outcomeOf = (heard: Heard, taken: Taken): EntryOutcome => {
  const path = pathOf(heard);
  const told = heard.issues;
  switch (taken.outcome) {
    case 'accepted':
      return {
        status: 201,
        issues: [information('informational', path, 'It was taken.'), ...told, ...odd(taken, path)],
        taken,
      };
    case 'duplicate':
      return {
        status: 200,
        issues: [information('duplicate', path, 'It came before; nothing has changed.'), ...told],
        taken,
      };
    case 'ignored':
      return { status: 200, issues: [information('not-supported', path, taken.reason ?? 'It is not for us.')], taken };
    case 'quarantined': {
      const waits = information('informational', path, 'It waits in quarantine, where it can be tried again.');
      const faults: readonly Issue[] =
        told.length > 0
          ? told
          : [{ severity: 'error', code: 'exception', path, text: taken.reason ?? 'It cannot be taken.' }];
      return { status: 422, issues: [...faults, waits], taken };
    }
    case 'rejected':
      return {
        status: 403,
        issues: [{ severity: 'error', code: 'forbidden', path, text: taken.reason ?? 'It must not be sent here.' }],
        taken,
      };
  }
};

const odd = ({ flags = [] }: Taken, path: string): Issue[] =>
  flags.includes('time-of-day-missing')
    ? [
        {
          severity: 'warning',
          code: 'informational',
          path,
          text: 'A time was given as a day alone and was taken for midnight in London.',
        },
      ]
    : [];

/** What there is to say of a resource that is only looked at. */
export const outcomeOfReading = (heard: Heard): readonly Issue[] => {
  const { understood, issues } = heard;
  return understood.kind === 'ignored'
    ? [information('not-supported', pathOf(heard), `It would not be taken. ${understood.reason}`)]
    : issues;
};

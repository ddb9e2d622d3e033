import { heldTo, type Form } from '#libs/platform/forms.js';
import { Problem } from '#libs/platform/problem.js';
import type { FormErrors } from '#libs/platform/templates.js';

/** A form as the API's own body: empty fields left out, numbers and yes/no read, then held to the same rules. Throws the same `Problem`. */
export const bodyOf = <T extends object>(
  shape: new () => T,
  form: Form,
  read: { numbers?: readonly string[]; yesNo?: readonly string[] } = {},
): Promise<T> => {
  const filled = Object.entries(form).filter(([, value]) => typeof value !== 'string' || value.trim() !== '');
  const body = Object.fromEntries(
    filled.map(([name, value]) => {
      if (typeof value !== 'string') return [name, value];
      if (read.numbers?.includes(name)) return [name, Number(value)];
      if (read.yesNo?.includes(name)) return [name, value === 'yes'];
      return [name, value.trim()];
    }),
  );
  return heldTo(shape, body);
};

/** What to answer where nothing was; the name of the field where something was that cannot be. */
const fields: Readonly<Record<string, { readonly ask: string; readonly name: string }>> = {
  caseId: { ask: 'Enter the case', name: 'Case' },
  providerId: { ask: 'Enter the provider', name: 'Provider' },
  startedOn: { ask: 'Enter the day reablement started', name: 'The start' },
  plannedWeeks: { ask: 'Enter how many weeks are planned', name: 'Planned weeks' },
  hoursPerWeek: { ask: 'Enter the hours a week', name: 'Hours a week' },
  assessorType: { ask: 'Choose who assessed', name: 'Who assessed' },
  goal: { ask: 'Enter the goal', name: 'The goal' },
  goalId: { ask: 'Choose the goal', name: 'The goal' },
  progress: { ask: 'Enter how the goal stands', name: 'How the goal stands' },
  weekStarting: { ask: 'Enter the day the week starts', name: 'Week starting' },
  hours: { ask: 'Enter the hours given', name: 'Hours given' },
  note: { ask: 'Enter a note', name: 'The note' },
  endedOn: { ask: 'Enter the day reablement ended', name: 'The end' },
  outcome: { ask: 'Choose the outcome', name: 'The outcome' },
  channel: { ask: 'Choose how you tried', name: 'How you tried' },
  result: { ask: 'Choose what came of it', name: 'What came of it' },
  kind: { ask: 'Choose what you know', name: 'What you know' },
  source: { ask: 'Choose where you know it from', name: 'Where you know it from' },
  date: { ask: 'Enter the day you know it for', name: 'The day' },
  status: { ask: 'Choose where the person is', name: 'Where the person is' },
  decidedBy: { ask: 'Enter who decided', name: 'Who decided' },
  reason: { ask: 'Enter why the answer is wrong', name: 'Why the answer is wrong' },
};

/** Refusals of the domain that one field answers for. */
const fieldOfRefusal: Readonly<Record<string, string>> = {
  'check.too-early': 'status',
  'check.attempts-needed': 'status',
  'episode.end-before-start': 'endedOn',
  'goal.not-found': 'goalId',
  'case.not-found': 'caseId',
};

/** What is wrong, beside its field and in the words of the form. */
export const errorsOf = (problem: Problem, typed: Form): FormErrors => {
  const own = fieldOfRefusal[problem.code];
  const faults = own
    ? [{ field: own, text: problem.message }]
    : (problem.errors ?? []).map(({ field, message }) => {
        const given = typed[field];
        const asked = given === undefined || given === '' || (typeof given === 'string' && given.trim() === '');
        const { ask, name } = fields[field] ?? { ask: `${field} ${message}`, name: field };
        return { field, text: asked ? ask : `${name} ${message}` };
      });
  return {
    summary:
      faults.length > 0 ? faults.map(({ field, text }) => ({ text, href: `#${field}` })) : [{ text: problem.message }],
    fields: Object.fromEntries(faults.map(({ field, text }) => [field, { text }])),
  };
};

/** The problem to show beside the form; what is not the user's to mend is thrown on. */
export const problemToShow = (error: unknown): Problem => {
  if (error instanceof Problem && error.status < 500 && error.status !== 401 && error.status !== 403) return error;
  throw error;
};

import { delayOwners } from '#libs/contracts/discharge/case-events.js';
import { delayReasons, dischargeDestinations, pathwayGuidanceVersion, pathways } from '#libs/nhs/index.js';
import { heldTo, textIn, type Form } from '#libs/platform/forms.js';
import { newId } from '#libs/platform/ids.js';
import { AcceptCase } from '../accept/accept-case.js';
import { AssignPathway } from '../assign-pathway/assign-pathway.js';
import { PathwayBody } from '../assign-pathway/assign-pathway.endpoint.js';
import { AssignBody } from '../assign-worker/assign-worker.endpoint.js';
import { AssignWorker } from '../assign-worker/assign-worker.js';
import { CloseBody } from '../close/close-case.endpoint.js';
import { CloseCase } from '../close/close-case.js';
import { CompleteAction } from '../complete-action/complete-action.js';
import { DischargeBody } from '../discharge-by-hand/discharge-case.endpoint.js';
import { DischargeCase } from '../discharge-by-hand/discharge-case.js';
import { ChoiceBody } from '../discuss-choice/discuss-choice.endpoint.js';
import { DiscussChoice } from '../discuss-choice/discuss-choice.js';
import { EndDelay } from '../end-delay/end-delay.js';
import { EscalationBody } from '../escalate/escalate-case.endpoint.js';
import { EscalateCase } from '../escalate/escalate-case.js';
import { MarkInErrorBody } from '../mark-in-error/mark-in-error.endpoint.js';
import { MarkInError } from '../mark-in-error/mark-in-error.js';
import { CarersAssessmentBody } from '../offer-carers-assessment/offer-carers-assessment.endpoint.js';
import { OfferCarersAssessment } from '../offer-carers-assessment/offer-carers-assessment.js';
import { PauseBody } from '../pause/pause-case.endpoint.js';
import { PauseCase } from '../pause/pause-case.js';
import { ActionBody } from '../raise-action/raise-action.endpoint.js';
import { RaiseAction } from '../raise-action/raise-action.js';
import { CriteriaBody } from '../record-criteria/record-criteria.endpoint.js';
import { RecordCriteria } from '../record-criteria/record-criteria.js';
import { InvolvementBody } from '../record-involvement/record-involvement.endpoint.js';
import { RecordInvolvement } from '../record-involvement/record-involvement.js';
import { involvementOf } from '../refer/referral-parts.js';
import { ResolveEscalation } from '../resolve-escalation/resolve-escalation.js';
import { ResumeCase } from '../resume/resume-case.js';
import { ExpectedDateBody } from '../set-expected-date/set-expected-date.endpoint.js';
import { SetExpectedDate } from '../set-expected-date/set-expected-date.js';
import { DelayBody } from '../start-delay/start-delay.endpoint.js';
import { StartDelay } from '../start-delay/start-delay.js';
import { WithdrawBody } from '../withdraw/withdraw-referral.endpoint.js';
import { WithdrawReferral } from '../withdraw/withdraw-referral.js';
import type { CaseForm, Field } from './case-form.js';
import { reasonWords, wordOf } from './words.js';

const when: Field = {
  name: 'when',
  label: 'When was that?',
  hint: 'London time. Leave empty for now.',
  kind: 'time',
  optional: true,
};
const reason = (label: string, optional = false): Field => ({ name: 'reason', label, kind: 'area', optional });
const yesNo = (form: Form, name: string): boolean | undefined => {
  const text = textIn(form, name);
  return text === 'yes' ? true : text === 'no' ? false : undefined;
};
const yesOrNo = [
  { value: 'yes', text: 'Yes' },
  { value: 'no', text: 'No' },
];
const codesIn = (form: Form, name: string): string[] | undefined => {
  const codes = textIn(form, name)
    .split(/[\s,]+/)
    .filter(Boolean);
  return codes.length > 0 ? codes : undefined;
};
const ladder = ['Owner', 'Team lead', 'Hub manager', 'Heads of service', 'Directors'];

/** Every form of a case, in the order in which its page offers them. */
export const caseForms: readonly CaseForm[] = [
  {
    name: 'accept',
    link: 'Accept the referral',
    title: 'Accept this referral?',
    fields: [],
    submit: 'Accept the referral',
    command: ({ caseId, context }) => Promise.resolve(new AcceptCase(caseId, context)),
  },
  {
    name: 'assign',
    link: 'Set the owner',
    title: 'Who owns this case?',
    fields: [{ name: 'worker', label: 'Username', kind: 'text' }],
    submit: 'Set the owner',
    command: async ({ caseId, form, context }) => {
      const { worker } = await heldTo(AssignBody, { worker: textIn(form, 'worker') });
      return new AssignWorker(caseId, worker, context);
    },
  },
  {
    name: 'criteria',
    link: 'Record criteria to reside',
    title: 'Does the person meet the criteria to reside?',
    intro: 'A clinical decision: record what was decided, and by whom.',
    fields: [
      { name: 'meets', label: 'Meets the criteria', kind: 'radios', options: yesOrNo },
      { name: 'codes', label: 'Codes of the criteria met', hint: 'For example 02, 08', kind: 'text', optional: true },
      reason('Reason', true),
      { name: 'assessor', label: 'Who decided?', kind: 'text' },
      when,
    ],
    submit: 'Record the decision',
    ward: true,
    command: async ({ caseId, form, context, onlyHospital }) => {
      const body = await heldTo(CriteriaBody, {
        meets: yesNo(form, 'meets'),
        codes: codesIn(form, 'codes'),
        reason: textIn(form, 'reason'),
        assessor: textIn(form, 'assessor'),
      });
      const { meets, codes = [], reason: why = null, assessor } = body;
      return new RecordCriteria(caseId, { meets, codes, reason: why, assessor }, context, onlyHospital);
    },
  },
  {
    name: 'pathway',
    link: 'Decide the pathway',
    title: 'Which pathway was agreed?',
    fields: [
      {
        name: 'pathway',
        label: 'Pathway',
        kind: 'radios',
        options: pathways.map(({ pathway, short, title, setting }) => ({
          value: String(pathway),
          text: `${short}: ${title}`,
          hint: setting,
        })),
      },
      reason('Why this pathway?'),
      { name: 'whyNotHome', label: 'Why not home?', hint: 'Pathways 2 and 3 need this.', kind: 'area', optional: true },
      {
        name: 'returningCareHomeResident',
        label: 'The person goes back to their own care home',
        hint: 'Then it is pathway 0 or 1.',
        kind: 'checkbox',
        optional: true,
      },
      { name: 'decidedBy', label: 'Who decided?', kind: 'text' },
      when,
    ],
    submit: 'Record the pathway',
    command: async ({ caseId, form, context }) => {
      const chosen = textIn(form, 'pathway');
      const body = await heldTo(PathwayBody, {
        pathway: chosen === '' ? undefined : Number(chosen),
        reason: textIn(form, 'reason'),
        whyNotHome: textIn(form, 'whyNotHome'),
        returningCareHomeResident: textIn(form, 'returningCareHomeResident') === 'yes',
        decidedBy: textIn(form, 'decidedBy'),
      });
      const { pathway, decidedBy, whyNotHome = null, returningCareHomeResident = false } = body;
      const data = { pathway, reason: body.reason, whyNotHome, returningCareHomeResident, decidedBy };
      return new AssignPathway(caseId, { ...data, guidanceVersion: pathwayGuidanceVersion }, context);
    },
  },
  {
    name: 'expected-date',
    link: 'Set the expected date',
    title: 'When is the person expected to leave?',
    fields: [
      {
        name: 'date',
        label: 'Expected discharge date',
        hint: 'Leave empty to clear the date.',
        kind: 'date',
        optional: true,
      },
      reason('Why did it change?', true),
    ],
    submit: 'Set the date',
    ward: true,
    command: async ({ caseId, form, context, onlyHospital }) => {
      const date = textIn(form, 'date') || null;
      const body = await heldTo(ExpectedDateBody, { date, reason: textIn(form, 'reason') });
      return new SetExpectedDate(caseId, { date: body.date, reason: body.reason ?? null }, context, onlyHospital);
    },
  },
  {
    name: 'delay',
    link: 'Start a delay',
    title: 'What is the person waiting for?',
    fields: [
      {
        name: 'reason',
        label: 'Reason',
        kind: 'select',
        options: delayReasons.map(({ code }) => ({ value: code, text: reasonWords(code) })),
      },
      {
        name: 'owner',
        label: 'Whose is it to settle?',
        hint: 'Leave empty for the usual one of the reason.',
        kind: 'select',
        options: delayOwners.map((owner) => ({ value: owner, text: wordOf(owner) })),
        optional: true,
      },
      {
        name: 'anticipated',
        label: 'Anticipated: it counts from when criteria to reside are not met any more',
        kind: 'checkbox',
        optional: true,
      },
      { name: 'note', label: 'Note', kind: 'area', optional: true },
      when,
    ],
    submit: 'Start the delay',
    command: async ({ caseId, form, context }) => {
      const body = await heldTo(DelayBody, {
        reason: textIn(form, 'reason'),
        owner: textIn(form, 'owner'),
        anticipated: textIn(form, 'anticipated') === 'yes',
        note: textIn(form, 'note'),
      });
      const { owner = null, anticipated = false, note = null } = body;
      const data = { delayId: newId(), reason: body.reason, owner, anticipated, note } as const;
      return new StartDelay(caseId, { ...data, setBy: 'hand', requestId: null }, context);
    },
  },
  {
    name: 'end-delay',
    link: 'End',
    title: 'Is this wait over?',
    about: 'delay',
    fields: [when],
    submit: 'End the delay',
    command: ({ caseId, of, context }) => Promise.resolve(new EndDelay(caseId, of, context)),
  },
  {
    name: 'action',
    link: 'Add an action',
    title: 'What has to be done?',
    fields: [
      { name: 'what', label: 'Action', kind: 'area' },
      { name: 'owner.organisation', label: 'Organisation', hint: 'For example council or RAL', kind: 'text' },
      { name: 'owner.person', label: 'Person', kind: 'text', optional: true },
      { name: 'due', label: 'Due', kind: 'date' },
    ],
    submit: 'Add the action',
    command: async ({ caseId, form, context }) => {
      const person = textIn(form, 'owner.person');
      const body = await heldTo(ActionBody, {
        what: textIn(form, 'what'),
        owner: { organisation: textIn(form, 'owner.organisation'), ...(person === '' ? {} : { person }) },
        due: textIn(form, 'due'),
      });
      const owner = { organisation: body.owner.organisation, person: body.owner.person ?? null };
      return new RaiseAction(caseId, { actionId: newId(), what: body.what, owner, due: body.due }, context);
    },
  },
  {
    name: 'complete-action',
    link: 'Done',
    title: 'Is this action done?',
    about: 'action',
    fields: [when],
    submit: 'Mark as done',
    command: ({ caseId, of, context }) => Promise.resolve(new CompleteAction(caseId, of, context)),
  },
  {
    name: 'escalate',
    link: 'Escalate',
    title: 'Who has to help?',
    fields: [
      {
        name: 'level',
        label: 'Level',
        kind: 'radios',
        options: ladder.map((text, index) => ({ value: String(index + 1), text: `${String(index + 1)}: ${text}` })),
      },
      { name: 'to', label: 'To whom?', kind: 'text' },
      { name: 'why', label: 'Why?', kind: 'area' },
    ],
    submit: 'Escalate',
    command: async ({ caseId, form, context }) => {
      const level = textIn(form, 'level');
      const body = await heldTo(EscalationBody, {
        level: level === '' ? undefined : Number(level),
        to: textIn(form, 'to'),
        why: textIn(form, 'why'),
      });
      const data = { escalationId: newId(), level: body.level, to: body.to, why: body.why };
      return new EscalateCase(caseId, data, context);
    },
  },
  {
    name: 'resolve-escalation',
    link: 'Settled',
    title: 'Is this escalation settled?',
    about: 'escalation',
    fields: [when],
    submit: 'Mark as settled',
    command: ({ caseId, of, context }) => Promise.resolve(new ResolveEscalation(caseId, of, context)),
  },
  {
    name: 'involvement',
    link: 'Record involvement',
    title: 'How were the person and their carer involved?',
    fields: [
      { name: 'person', label: 'What does the person say?', kind: 'area' },
      { name: 'carer', label: 'What does the carer or family say?', kind: 'area', optional: true },
      when,
    ],
    submit: 'Record the involvement',
    command: async ({ caseId, form, context }) => {
      const body = await heldTo(InvolvementBody, { person: textIn(form, 'person'), carer: textIn(form, 'carer') });
      return new RecordInvolvement(caseId, { involvement: involvementOf(body) }, context);
    },
  },
  {
    name: 'choice',
    link: 'Note a talk about choice',
    title: 'What came of the talk about choice of care?',
    fields: [
      { name: 'outcome', label: 'Outcome', kind: 'area', optional: true },
      { name: 'note', label: 'Note', kind: 'area', optional: true },
      when,
    ],
    submit: 'Save',
    command: async ({ caseId, form, context }) => {
      const body = await heldTo(ChoiceBody, { outcome: textIn(form, 'outcome'), note: textIn(form, 'note') });
      return new DiscussChoice(caseId, { outcome: body.outcome ?? null, note: body.note ?? null }, context);
    },
  },
  {
    name: 'carers-assessment',
    link: 'Offer a carer’s assessment',
    title: 'Was the carer offered an assessment?',
    fields: [
      {
        name: 'accepted',
        label: 'Did they accept?',
        kind: 'radios',
        options: [...yesOrNo, { value: 'unknown', text: 'They have not answered yet' }],
        value: 'unknown',
      },
      { name: 'note', label: 'Note', kind: 'area', optional: true },
      when,
    ],
    submit: 'Record the offer',
    command: async ({ caseId, form, context }) => {
      const body = await heldTo(CarersAssessmentBody, {
        accepted: yesNo(form, 'accepted'),
        note: textIn(form, 'note'),
      });
      return new OfferCarersAssessment(caseId, { accepted: body.accepted ?? null, note: body.note ?? null }, context);
    },
  },
  {
    name: 'pause',
    link: 'Pause',
    title: 'Why is the case paused?',
    intro: 'Brokerage pauses with it. Only a hand ends this pause.',
    fields: [reason('Reason', true)],
    submit: 'Pause the case',
    command: async ({ caseId, form, context }) => {
      const body = await heldTo(PauseBody, { reason: textIn(form, 'reason') });
      return new PauseCase(caseId, body.reason ?? null, context);
    },
  },
  {
    name: 'resume',
    link: 'Resume',
    title: 'Go on with this case?',
    fields: [],
    submit: 'Resume the case',
    command: ({ caseId, context }) => Promise.resolve(new ResumeCase(caseId, context)),
  },
  {
    name: 'withdraw',
    link: 'Withdraw the referral',
    title: 'Why is the referral withdrawn?',
    fields: [reason('Reason')],
    submit: 'Withdraw the referral',
    command: async ({ caseId, form, context }) => {
      const body = await heldTo(WithdrawBody, { reason: textIn(form, 'reason') });
      return new WithdrawReferral(caseId, body.reason, context);
    },
  },
  {
    name: 'discharge',
    link: 'Discharge by hand',
    title: 'Where did the person go?',
    intro: 'The ward’s own news normally does this, and overrides what is recorded here.',
    fields: [
      {
        name: 'destinationCode',
        label: 'Destination',
        kind: 'select',
        options: dischargeDestinations.map(({ code, meaning }) => ({ value: code, text: `${meaning} (${code})` })),
      },
      when,
    ],
    submit: 'Record the discharge',
    command: async ({ caseId, form, context }) => {
      const body = await heldTo(DischargeBody, { destinationCode: textIn(form, 'destinationCode') });
      return new DischargeCase(caseId, body.destinationCode, context);
    },
  },
  {
    name: 'close',
    link: 'Close',
    title: 'Why is the case closed?',
    fields: [reason('Reason')],
    submit: 'Close the case',
    command: async ({ caseId, form, context }) => {
      const body = await heldTo(CloseBody, { reason: textIn(form, 'reason') });
      return new CloseCase(caseId, body.reason, context);
    },
  },
  {
    name: 'mark-in-error',
    link: 'Mark in error',
    title: 'Why was this entry a mistake?',
    intro: 'It stops counting, for every moment. It stays in the timeline, marked.',
    about: 'entry',
    fields: [reason('Reason')],
    submit: 'Mark the entry in error',
    command: async ({ caseId, of, form, context }) => {
      const body = await heldTo(MarkInErrorBody, { reason: textIn(form, 'reason') });
      return new MarkInError(caseId, of, body.reason, context);
    },
  },
];

export const caseForm = (name: string): CaseForm | undefined => caseForms.find((form) => form.name === name);

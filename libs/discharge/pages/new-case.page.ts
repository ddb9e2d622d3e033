import { Body, Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { May } from '#libs/access/may.js';
import { scopeOf } from '#libs/access/scope.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { caseFlags } from '#libs/contracts/discharge/case-events.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { EventFeed } from '#libs/event-feed/port.js';
import { Context } from '#libs/platform/command-context.js';
import { heldTo, textIn, textsIn, type Form } from '#libs/platform/forms.js';
import { Pages } from '#libs/platform/pages.js';
import type { Problem } from '#libs/platform/problem.js';
import { Settings } from '#libs/platform/settings.js';
import { formErrorsOf } from '#libs/platform/templates.js';
import { ReferPersonEndpoint, ReferralBody } from '../refer/refer-person.endpoint.js';
import type { Field } from './case-form.js';
import { labelsOf, mustBeAnswered, problemToShow } from './form.js';
import { wordOf } from './words.js';

type Asked = Omit<Field, 'kind'> & { readonly kind: Field['kind'] | 'checkboxes' };
interface Section {
  readonly title: string;
  readonly fields: readonly Asked[];
}

const sections: readonly Section[] = [
  {
    title: 'The person',
    fields: [
      { name: 'person.nhsNumber', label: 'NHS number', hint: '10 digits, for example 999 000 0018', kind: 'text' },
      { name: 'person.familyName', label: 'Family name', kind: 'text' },
      { name: 'person.givenNames', label: 'Given names', kind: 'text' },
      { name: 'person.birthDate', label: 'Date of birth', kind: 'date' },
      {
        name: 'person.sex',
        label: 'Sex',
        kind: 'radios',
        options: [
          { value: 'F', text: 'Female' },
          { value: 'M', text: 'Male' },
          { value: 'U', text: 'Not known' },
        ],
      },
      { name: 'person.postcode', label: 'Postcode', kind: 'text' },
      { name: 'person.language', label: 'Language', kind: 'text', optional: true },
      { name: 'person.interpreter', label: 'An interpreter is needed', kind: 'checkbox', optional: true },
    ],
  },
  {
    title: 'Where they are',
    fields: [
      { name: 'hospital', label: 'Hospital', hint: 'ODS code, for example RAL', kind: 'text' },
      { name: 'ward', label: 'Ward', kind: 'text', optional: true },
      { name: 'homeAuthority', label: 'Home council', kind: 'text' },
      { name: 'expectedDischargeDate', label: 'Expected discharge date', kind: 'date', optional: true },
    ],
  },
  {
    title: 'What they need',
    fields: [
      { name: 'needs.summary', label: 'Needs', kind: 'area' },
      {
        name: 'flags',
        label: 'Flags',
        hint: 'Choose all that apply.',
        kind: 'checkboxes',
        options: caseFlags.map((flag) => ({ value: flag, text: wordOf(flag) })),
        optional: true,
      },
      { name: 'involvement.person', label: 'What does the person say?', kind: 'area' },
      { name: 'involvement.carer', label: 'What does the carer or family say?', kind: 'area', optional: true },
      { name: 'referredBy', label: 'Who refers?', hint: 'Name and role', kind: 'text' },
    ],
  },
];

const asked = sections.flatMap(({ fields }) => fields);

/** The referral form: the same rules and the same command as `POST /cases`. */
@Controller('cases/new')
export class NewCasePage {
  constructor(
    private readonly pages: Pages,
    private readonly referrals: ReferPersonEndpoint,
    private readonly feed: EventFeed,
    private readonly settings: Settings,
  ) {}

  @Get()
  @May('case.refer')
  async ask(@Signed() user: SignedIn, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const hospital = scopeOf(user);
    await this.show(hospital ? { hospital } : { homeAuthority: this.settings.council.name }, request, reply);
  }

  @Post()
  @May('case.refer')
  async refer(
    @Body() form: Form,
    @Signed() user: SignedIn,
    @Context() context: CommandContext,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    try {
      mustBeAnswered(asked, form);
      const body = await heldTo(ReferralBody, bodyOf(form));
      const { caseId, position } = await this.referrals.refer(body, user, context);
      await this.feed.settled(position, { timeoutMs: 3000 });
      await reply.redirect(`/cases/${encodeURIComponent(caseId)}`, 303);
    } catch (error) {
      await this.show(form, request, reply, problemToShow(error));
    }
  }

  private async show(typed: Form, request: FastifyRequest, reply: FastifyReply, problem?: Problem): Promise<void> {
    const openCase = problem?.code === 'case.already-open' ? problem.details?.['caseId'] : undefined;
    await this.pages.render(
      reply,
      request,
      'discharge/pages/new-case.njk',
      {
        title: 'Refer a person',
        sections: sections.map(({ title, fields }) => ({
          title,
          fields: fields.map((field) => withTyped(field, typed)),
        })),
        openCase,
        ...(problem ? { errors: formErrorsOf(problem, labelsOf(asked)) } : {}),
      },
      problem?.status ?? 200,
    );
  }
}

const filled = (form: Form, prefix: string, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const text = textIn(form, `${prefix}${name}`);
      return text === '' ? [] : [[name, text]];
    }),
  );

/** The form as the body of `POST /cases`: what was left empty is left out. */
const bodyOf = (form: Form): object => {
  const flags = textsIn(form, 'flags');
  const person = ['nhsNumber', 'familyName', 'givenNames', 'birthDate', 'sex', 'postcode', 'language'];
  return {
    ...filled(form, '', ['hospital', 'ward', 'homeAuthority', 'expectedDischargeDate', 'referredBy']),
    person: {
      ...filled(form, 'person.', person),
      ...(textIn(form, 'person.interpreter') === 'yes' ? { interpreter: true } : {}),
    },
    needs: filled(form, 'needs.', ['summary']),
    involvement: filled(form, 'involvement.', ['person', 'carer']),
    ...(flags.length > 0 ? { flags } : {}),
  };
};

const withTyped = (field: Asked, typed: Form) => {
  const value = textIn(typed, field.name);
  const chosen = textsIn(typed, field.name);
  return {
    ...field,
    value,
    items: (field.options ?? []).map((option) => ({ ...option, checked: chosen.includes(option.value) })),
  };
};

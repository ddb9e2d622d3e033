import type { Command } from '@nestjs/cqrs';
import type { CommandContext } from '#libs/event-store/decider.js';
import type { Form } from '#libs/platform/forms.js';
import type { CaseDone } from '../case-commands.js';

export interface Option {
  readonly value: string;
  readonly text: string;
  readonly hint?: string;
}

/** One thing asked. `name` is the field of the API's body, so that its faults find their way back. */
export interface Field {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly kind: 'text' | 'area' | 'radios' | 'select' | 'checkbox' | 'date' | 'time';
  readonly options?: readonly Option[];
  readonly optional?: boolean;
  /** What stands there before anybody typed. */
  readonly value?: string;
}

/** Who fills a form in, about what. */
export interface Asked {
  readonly caseId: string;
  /** The delay, action, escalation or entry it is about, where there is one. */
  readonly of: string;
  readonly form: Form;
  readonly context: CommandContext;
  /** Whose cases the user may act on: those of one hospital, or all. */
  readonly onlyHospital: string | undefined;
}

/** One question per decision (screens.md §2): what is asked, and the command that the answers make. */
export interface CaseForm {
  readonly name: string;
  /** As a link. */
  readonly link: string;
  /** As the question on the page. */
  readonly title: string;
  readonly intro?: string;
  readonly fields: readonly Field[];
  readonly submit: string;
  /** `of` names the delay, action, escalation or entry. */
  readonly about?: 'delay' | 'action' | 'escalation' | 'entry';
  /** A ward may fill it in for its own hospital. */
  readonly ward?: boolean;
  command(asked: Asked): Promise<Command<CaseDone>>;
}

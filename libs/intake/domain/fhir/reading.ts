import { isCivilDate, londonDate, normaliseInstant, startOfLondonDay } from '#libs/nhs/civil-date.js';
import type { Issue, IssueCode } from './issue.js';

/** Where a resource stands: its name in what is said of it (`Encounter`, `Encounter.contained[0]`), and the entry of the bundle that holds it. */
export interface Root {
  readonly path: string;
  readonly entry?: number;
}

const mostSaid = 20;

interface Time {
  /** Null when only the day was given. */
  readonly instant: string | null;
  /** The civil day in London. */
  readonly date: string;
}

/** Collects what there is to say of the resources of one statement, and reads their times. */
export class Reading {
  private readonly said: Issue[] = [];
  readonly flags = new Set<string>();

  get issues(): readonly Issue[] {
    return this.said;
  }

  /** More of them would help nobody to put it right. */
  add(issue: Issue): void {
    if (this.said.length < mostSaid) this.said.push(issue);
  }

  /** `what` continues the name of the element: "is missing". */
  fault(root: Root, element: string, code: IssueCode, what: string): void {
    this.say('error', root, element, code, what);
  }

  warn(root: Root, element: string, what: string): void {
    this.say('warning', root, element, 'informational', what);
  }

  /** A dateTime: an instant, or a day that begins at midnight in London, which is flagged. */
  instant(root: Root, element: string, text: string | undefined): string | undefined {
    const time = this.time(root, element, text);
    if (time?.instant === null) this.flags.add('time-of-day-missing');
    return time && (time.instant ?? startOfLondonDay(time.date));
  }

  /** A date, or a dateTime of which only the civil day in London counts. */
  day(root: Root, element: string, text: string | undefined): string | undefined {
    return this.time(root, element, text)?.date;
  }

  /** When something was recorded: a time with its offset. A day would leave the order of what was recorded on it open. */
  recorded(root: Root, element: string, text: string | undefined): string | undefined {
    const time = this.time(root, element, text);
    if (time?.instant === null)
      this.fault(root, element, 'value', 'must be a time with its offset, such as 2026-11-03T09:05:00Z');
    return time?.instant ?? undefined;
  }

  private time(root: Root, element: string, text: string | undefined): Time | undefined {
    if (text === undefined) return undefined;
    const instant = normaliseInstant(text);
    const year = Number(text.slice(0, 4));
    if ((instant === null && !isCivilDate(text)) || year < 1850 || year > 2200) {
      this.fault(root, element, 'value', faultOf(text));
      return undefined;
    }
    return { instant, date: instant === null ? text : londonDate(instant) };
  }

  private say(severity: Issue['severity'], root: Root, element: string, code: IssueCode, what: string): void {
    const path = element === '' ? root.path : `${root.path}.${element}`;
    const entry = root.entry === undefined ? {} : { entry: root.entry };
    this.add({ severity, code, path, text: `${path} ${what}.`, ...entry });
  }
}

const faultOf = (text: string): string => {
  if (/^\d{4}(-\d{2})?$/.test(text)) return 'does not name the day';
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/.test(text))
    return 'is a time without its offset (Z or +01:00)';
  return 'is not a date or time that exists';
};

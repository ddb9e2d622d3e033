import { londonDate, parseLondonLocal, type LocalTimeFault } from '#libs/nhs/civil-date.js';
import type { Fault } from '../understood.js';
import type { Hl7Header } from './header.js';
import type { Hl7Message, Said } from './reader.js';

const sentences: Readonly<Record<LocalTimeFault, string>> = {
  format: 'is not a date or time',
  'no-such-date': 'is a day that does not exist',
  'no-such-time': 'is a time of day that does not exist',
  'no-such-offset': 'has a time zone that does not exist',
  'too-imprecise': 'does not name the day',
};

const fiveMinutes = 300_000;
/** Longer than any code or place that a hospital uses; longer is a fault of the sender. */
const longest = 200;

/** Reads the fields of one message and collects what is wrong with them. */
export class Fields {
  readonly faults: Fault[] = [];
  readonly flags = new Set<string>();

  constructor(
    readonly message: Hl7Message,
    readonly header: Hl7Header,
  ) {}

  /** What a component says, as text of a sensible length. */
  text(segment: string, field: number, component = 1, nth = 0): Said {
    const said = this.message.said(segment, field, component, nth);
    if (typeof said === 'string' && said.length > longest) {
      this.fault(segment, field, `is longer than ${String(longest)} characters`);
      return undefined;
    }
    return said;
  }

  /** A time: an instant; London when it has no offset. */
  instant(segment: string, field: number): Said {
    const said = this.message.said(segment, field);
    return typeof said === 'string' ? this.parsed(segment, field, said)?.instant : said;
  }

  /** A time of which only the civil day counts. */
  date(segment: string, field: number): Said {
    const said = this.message.said(segment, field);
    return typeof said === 'string' ? this.parsed(segment, field, said)?.date : said;
  }

  /** A birth date: the day as written, whatever time stands behind it. Year or month alone say too little and are left out. */
  birthDate(): Said {
    const said = this.message.said('PID', 7);
    if (typeof said !== 'string' || /^\d{4}(\d{2})?$/.test(said)) return said === null ? null : undefined;
    const day = /^\d{8}/.exec(said)?.[0] ?? said;
    return this.parsed('PID', 7, day)?.date;
  }

  yesNo(segment: string, field: number): boolean | null | undefined {
    const said = this.message.said(segment, field);
    if (typeof said !== 'string') return said;
    const letter = said.toUpperCase();
    if (letter === 'Y' || letter === 'N') return letter === 'Y';
    this.fault(segment, field, 'is neither Y nor N');
    return undefined;
  }

  fault(segment: string, field: number, what: string): void {
    const name = `${segment}-${String(field)}`;
    this.faults.push({ field: name, reason: `${name} ${what}.` });
  }

  private parsed(segment: string, field: number, text: string): { instant: string; date: string } | undefined {
    const time = parseLondonLocal(text, { shownOffsetMinutes: this.shownOffset(text) });
    if (!time.ok) {
      this.fault(segment, field, sentences[time.reason]);
      return undefined;
    }
    const year = Number(time.date.slice(0, 4));
    if (year < 1850 || year > 2200) {
      this.fault(segment, field, sentences['no-such-date']);
      return undefined;
    }
    if (time.flag) this.flags.add(`time-in-${time.flag}`);
    return { instant: time.instant, date: time.date };
  }

  /** MSH-7 shows the offset of a time of the same day, unless that would put the event after the message. */
  private shownOffset(text: string): number | undefined {
    const { sentAt, shownOffsetMinutes } = this.header;
    if (shownOffsetMinutes === null || sentAt.slice(0, 8) !== text.slice(0, 8)) return undefined;
    const sent = parseLondonLocal(sentAt);
    const read = parseLondonLocal(text, { shownOffsetMinutes });
    const plausible = sent.ok && read.ok && Date.parse(read.instant) <= Date.parse(sent.instant) + fiveMinutes;
    return plausible ? shownOffsetMinutes : undefined;
  }
}

export const dateOf = (instant: string): string => londonDate(instant);

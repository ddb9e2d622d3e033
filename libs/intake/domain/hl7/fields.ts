import { londonDate, parseLondonLocal, type LocalTimeFault } from '#libs/nhs/civil-date.js';
import type { FaultCode } from '../fault-words.js';
import { fieldOfName, fieldPathOf, nameOfPath } from '../field-path.js';
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
    /** Whose clock a time without an offset is by. */
    private readonly timeZone: string,
  ) {}

  /** What a component says, as text of a sensible length. */
  text(segment: string, field: number, component = 1, nth = 0): Said {
    return this.checked(`${segment}-${String(field)}`, this.message.said(segment, field, component, nth));
  }

  /** What stands where a mapping says (`fieldPathPattern`). */
  textAt(path: string): Said {
    return this.checked(nameAt(path), this.saidAt(path));
  }

  /** A time: an instant; by the clock of the feed when it has no offset. */
  instant(segment: string, field: number): Said {
    const said = this.message.said(segment, field);
    return typeof said === 'string' ? this.parsed(`${segment}-${String(field)}`, said)?.instant : said;
  }

  /** A time of which only the civil day counts. */
  date(segment: string, field: number): Said {
    const said = this.message.said(segment, field);
    return typeof said === 'string' ? this.parsed(`${segment}-${String(field)}`, said)?.date : said;
  }

  /** A time of which only the civil day counts, where a mapping says. */
  dateAt(path: string): Said {
    const said = this.saidAt(path);
    return typeof said === 'string' ? this.parsed(nameAt(path), said)?.date : said;
  }

  /** A birth date: the day as written, whatever time stands behind it. Year or month alone say too little and are left out. */
  birthDate(): Said {
    const said = this.message.said('PID', 7);
    if (typeof said !== 'string' || /^\d{4}(\d{2})?$/.test(said)) return said === null ? null : undefined;
    const day = /^\d{8}/.exec(said)?.[0] ?? said;
    return this.parsed('PID-7', day)?.date;
  }

  yesNo(segment: string, field: number): boolean | null | undefined {
    const said = this.message.said(segment, field);
    if (typeof said !== 'string') return said;
    const letter = said.toUpperCase();
    if (letter === 'Y' || letter === 'N') return letter === 'Y';
    this.fault(segment, field, 'is neither Y nor N');
    return undefined;
  }

  fault(segment: string, field: number, what: string, code: FaultCode = 'wrong-value'): void {
    this.faultAt(`${segment}-${String(field)}`, what, code);
  }

  /** `name`: of the place, as it stands in reasons. */
  faultAt(name: string, what: string, code: FaultCode = 'wrong-value'): void {
    this.faults.push({ code, field: fieldOfName(name), reason: `${name} ${what}.` });
  }

  private saidAt(path: string): Said {
    const place = fieldPathOf(path);
    return 'observation' in place
      ? this.message.observed(place.observation, place.component)
      : this.message.said(place.segment, place.field, place.component);
  }

  private checked(name: string, said: Said): Said {
    if (typeof said !== 'string' || said.length <= longest) return said;
    this.faultAt(name, `is longer than ${String(longest)} characters`, 'too-long');
    return undefined;
  }

  private parsed(name: string, text: string): { instant: string; date: string } | undefined {
    const { timeZone } = this;
    const time = parseLondonLocal(text, { timeZone, shownOffsetMinutes: this.shownOffset(text) });
    if (!time.ok) {
      this.faultAt(name, sentences[time.reason], 'wrong-date');
      return undefined;
    }
    const year = Number(time.date.slice(0, 4));
    if (year < 1850 || year > 2200) {
      this.faultAt(name, sentences['no-such-date'], 'wrong-date');
      return undefined;
    }
    if (time.flag) this.flags.add(`time-in-${time.flag}`);
    return { instant: time.instant, date: time.date };
  }

  /** MSH-7 shows the offset of a time of the same day, unless that would put the event after the message. */
  private shownOffset(text: string): number | undefined {
    const { sentAt, shownOffsetMinutes } = this.header;
    if (shownOffsetMinutes === null || sentAt.slice(0, 8) !== text.slice(0, 8)) return undefined;
    const { timeZone } = this;
    const sent = parseLondonLocal(sentAt, { timeZone });
    const read = parseLondonLocal(text, { timeZone, shownOffsetMinutes });
    const plausible = sent.ok && read.ok && Date.parse(read.instant) <= Date.parse(sent.instant) + fiveMinutes;
    return plausible ? shownOffsetMinutes : undefined;
  }
}

/** How a place that a mapping names is called in reasons. */
export const nameAt = (path: string): string => nameOfPath(fieldPathOf(path));

export const dateOf = (instant: string): string => londonDate(instant);

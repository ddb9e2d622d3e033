import { catalogue } from '#libs/contracts/catalogue.js';
import type { StoredEvent } from '#libs/event-store/port.js';
import { EventChecks } from '#libs/people/event-checks.js';
import { replaceSealed, sealedIn, sealValue } from '#libs/people/vault/sealed.js';
import { hexOf, idLike } from './ids.js';

/** One event of somebody's story, as a row of the log. */
export interface LogRow {
  readonly streamId: string;
  readonly revision: number;
  readonly eventId: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly personId: string | undefined;
  readonly data: string;
  readonly metadata: string;
}

/** A story told again: of another person (`number`), so much later. Data keys are functions of the number. */
export interface Telling {
  readonly number: number;
  readonly laterMs: number;
}

type Part = string | ((telling: Telling) => string);
type Text = readonly Part[];

interface Step {
  readonly event: StoredEvent;
  /** After the first event of the story, when this one was known. */
  readonly knownMs: number;
  readonly streamId: Text;
  readonly eventId: Text;
  readonly personId: Text;
  readonly data: Text;
  readonly metadata: Text;
  /** What the sealed fields held, by their place. */
  readonly opened: readonly { readonly field: string; readonly value: unknown }[];
}

const dayMs = 86_400_000;
/** From when a thing was true to when it was known. */
const toldAfterMs = 20_000;
const stepMs = 500;

const tokens =
  /\{"sealed-field":(\d+)\}|(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)|(\d{4}-\d\d-\d\d)(?![\dT])|([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![0-9a-f])[nl]?(?:[0-9a-f]{40}|[0-9a-f]{32}|[0-9a-f]{24})(?![0-9a-f]))|\b(V\d{6})\b/g;

const joined = (text: Text, telling: Telling): string =>
  text.map((part) => (typeof part === 'string' ? part : part(telling))).join('');

/** The data key of a person of a telling. */
export const dataKeyOf = (number: number): Buffer =>
  Buffer.from(hexOf(number, 4_000_000) + hexOf(number, 4_000_001), 'hex');

/**
 * What happened to one person, ready to be told of any number of others: every id, hash, time and date becomes another, the same
 * everywhere in the story, and personal fields are sealed anew. What was in order stays in order.
 */
export class Story {
  readonly #steps: readonly Step[];
  readonly #slots = new Map<string, number>();
  /** When its first event was known. */
  readonly beginsAt: number;

  /** `shared` ids (users) are kept as they are. `open` gives what a sealed field holds. */
  static async of(
    events: readonly StoredEvent[],
    shared: ReadonlySet<string>,
    open: (sealed: unknown) => Promise<unknown>,
  ): Promise<Story> {
    const opened = new Map<StoredEvent, { field: string; value: unknown }[]>();
    for (const event of events) {
      const fields: { field: string; value: unknown }[] = [];
      for (const one of sealedIn(event.data)) fields.push({ field: one.field, value: await open(one) });
      opened.set(event, fields);
    }
    return new Story(events, shared, (event) => opened.get(event) ?? []);
  }

  private constructor(
    events: readonly StoredEvent[],
    shared: ReadonlySet<string>,
    openedOf: (event: StoredEvent) => Step['opened'],
  ) {
    this.beginsAt = Date.parse(events[0]?.occurredAt ?? '') + toldAfterMs;
    let known = this.beginsAt;
    this.#steps = events.map((event) => {
      known = Math.max(known + stepMs, Date.parse(event.occurredAt) + toldAfterMs);
      let place = 0;
      const bare = replaceSealed(event.data, () => ({ 'sealed-field': place++ }));
      const step: Omit<Step, 'data'> = {
        event,
        knownMs: known - this.beginsAt,
        streamId: this.#textOf(event.streamId, shared),
        eventId: this.#textOf(event.eventId, shared),
        personId: this.#textOf(event.personId ?? '', shared),
        metadata: this.#textOf(JSON.stringify(event.metadata), shared),
        opened: openedOf(event),
      };
      return { ...step, data: this.#textOf(JSON.stringify(bare), shared, step) };
    });
  }

  get length(): number {
    return this.#steps.length;
  }

  get isPersonal(): boolean {
    return this.#steps.some(({ opened }) => opened.length > 0);
  }

  /** After its first event, when that of this step was known. */
  knownMs(step: number): number {
    return this.#steps[step]?.knownMs ?? 0;
  }

  personIdOf(telling: Telling): string {
    const step = this.#steps.find(({ event }) => event.personId !== undefined);
    return step === undefined ? '' : joined(step.personId, telling);
  }

  row(telling: Telling, at: number): LogRow {
    const step = this.#steps[at];
    if (step === undefined) throw new Error('The story has no such step.');
    const { event } = step;
    return {
      streamId: joined(step.streamId, telling),
      revision: event.revision,
      eventId: joined(step.eventId, telling),
      type: event.type,
      schemaVersion: event.schemaVersion,
      occurredAt: new Date(Date.parse(event.occurredAt) + telling.laterMs).toISOString(),
      recordedAt: new Date(this.beginsAt + step.knownMs + telling.laterMs).toISOString(),
      personId: event.personId === undefined ? undefined : joined(step.personId, telling),
      data: joined(step.data, telling),
      metadata: joined(step.metadata, telling),
    };
  }

  /** @throws ContractBroken when what a telling says is not as the catalogue has it. */
  check(telling: Telling): void {
    for (const at of this.#steps.keys()) {
      const row = this.row(telling, at);
      const data: object = JSON.parse(row.data);
      const { eventId, type, schemaVersion, occurredAt } = row;
      checks.check(row.streamId, { eventId, type, schemaVersion, occurredAt, data });
    }
  }

  #textOf(text: string, shared: ReadonlySet<string>, step?: Omit<Step, 'data'>): Text {
    const parts: Part[] = [];
    let from = 0;
    for (const match of text.matchAll(tokens)) {
      const [token, sealed, instant, date, id, visit] = match;
      if (id !== undefined && shared.has(id)) continue;
      parts.push(text.slice(from, match.index));
      from = match.index + token.length;
      if (instant !== undefined) parts.push(instantPart(Date.parse(instant)));
      else if (date !== undefined) parts.push(datePart(Date.parse(date)));
      else if (id !== undefined) parts.push(this.#idPart(id));
      else if (visit !== undefined) parts.push(({ number }) => `V${String(number)}`);
      else if (sealed !== undefined && step !== undefined) parts.push(sealedPart(step, Number(sealed)));
    }
    parts.push(text.slice(from));
    return parts.filter((part) => part !== '');
  }

  /** `n` or `l` before a hash belongs to the way it is written: a person id and the hash of its identifier are one. */
  #idPart(id: string): Part {
    const prefix = /^[nl]/.test(id) ? id.slice(0, 1) : '';
    const bare = id.slice(prefix.length);
    const slot = this.#slots.get(bare) ?? this.#slots.size;
    this.#slots.set(bare, slot);
    return (telling) => prefix + idLike(bare, telling.number, slot, this.beginsAt + telling.laterMs);
  }
}

const checks = new EventChecks(catalogue);

const instantPart =
  (at: number): Part =>
  ({ laterMs }) =>
    new Date(at + laterMs).toISOString();

const datePart =
  (at: number): Part =>
  ({ laterMs }) =>
    new Date(at + Math.round(laterMs / dayMs) * dayMs).toISOString().slice(0, 10);

const sealedPart =
  ({ personId, eventId, opened }: Omit<Step, 'data'>, place: number): Part =>
  (telling) => {
    const field = opened[place];
    if (field === undefined) return 'null';
    const [whose, where] = [joined(personId, telling), joined(eventId, telling)];
    return JSON.stringify(sealValue(dataKeyOf(telling.number), whose, where, field.field, field.value));
  };

import { Injectable } from '@nestjs/common';
import { openBundle, type Bundled } from '../domain/fhir/bundle.js';
import type { Entry } from '../domain/fhir/bundle-entries.js';
import { isError, type Issue } from '../domain/fhir/issue.js';
import { takeSideBySide } from '../http/ward-events-answer.js';
import type { Arrival, Taken } from '../taking/taken.js';
import { WardIntake } from '../taking/ward-intake.js';
import { FhirReader } from './fhir-reader.js';
import { ForeignStays } from './foreign-stays.js';
import { letterOf, type Letter, type Told } from './letter.js';
import { besideOutcome, heldUp, outcomeOf, refusedOutcome, tooLarge, type EntryOutcome } from './outcomes.js';

/** Larger than any stay with its person and places; what is larger is not kept. */
const largestKept = 1_000_000;
/** All that one request may leave in quarantine. */
const mostKept = 20_000_000;

/** Takes FHIR resources as ward events: the same register, quarantine and stays as every other way in (ADR 0016). */
@Injectable()
export class FhirIntake {
  constructor(
    private readonly intake: WardIntake,
    private readonly reader: FhirReader,
    private readonly foreign: ForeignStays,
  ) {}

  /** One Encounter by itself. */
  async takeEncounter(value: unknown, sender: string, arrival: Arrival): Promise<EntryOutcome> {
    const told = this.reader.readAlone('encounter', value, sender);
    return this.settle(told, () => bytesOf(letterOf(sender, [told], undefined)), arrival, { left: mostKept });
  }

  /** The entries of a bundle, in their order: of a batch each by itself, of a transaction and of a message all or none. */
  async takeBundle(bundled: Bundled, sender: string, arrival: Arrival): Promise<readonly EntryOutcome[]> {
    return bundled.type === 'batch'
      ? this.takeEach(bundled, sender, arrival)
      : this.takeWhole(bundled, sender, arrival);
  }

  private takeEach(bundled: Bundled, sender: string, arrival: Arrival): Promise<readonly EntryOutcome[]> {
    const budget = { left: mostKept };
    return takeSideBySide(bundled.entries, async (entry) => {
      const told = this.reader.readEntry(entry, sender);
      return told
        ? this.settle(told, () => bytesOf(letterOf(sender, [told], bundled)), arrival, budget)
        : asideOutcome(entry);
    });
  }

  private async takeWhole(bundled: Bundled, sender: string, arrival: Arrival): Promise<readonly EntryOutcome[]> {
    const heard = await takeSideBySide(bundled.entries, async (entry) => {
      await aTurn();
      return { entry, told: this.reader.readEntry(entry, sender) };
    });
    const letter = (): Buffer =>
      bytesOf(
        letterOf(
          sender,
          heard.flatMap(({ told }) => told ?? []),
          bundled,
        ),
      );
    const faults = await takeSideBySide(heard, ({ entry, told }) => this.faultOf(entry, told, arrival));
    if (faults.every((fault) => fault === undefined)) {
      const whole = letter();
      return takeSideBySide(heard, async ({ entry, told }) =>
        told ? this.settle(told, () => whole, arrival, { left: mostKept }) : asideOutcome(entry),
      );
    }
    const taken = await this.quarantine(heard, letter, arrival);
    const named = faults.findIndex((fault) => fault?.status === 422);
    return faults.map((fault, at) => ({ ...(fault ?? heldUp), ...(taken && at === named ? { taken } : {}) }));
  }

  /** A quarantined letter once more: what became of the first resource that holds it up, else of the first. */
  async retake(bundle: unknown, sender: string, arrival: Arrival): Promise<Taken> {
    const opened = openBundle(bundle);
    if (!opened.ok) return { outcome: 'rejected', ack: 'AR', controlId: null, reason: opened.issue.text };
    const outcomes = await this.takeBundle(opened.bundled, sender, arrival);
    const taken = outcomes.flatMap((outcome) => outcome.taken ?? []);
    const rejected: Taken = {
      outcome: 'rejected',
      ack: 'AR',
      controlId: null,
      reason: outcomes.flatMap(({ issues }) => issues).find(isError)?.text ?? 'It cannot be taken.',
    };
    return taken.find(({ ack }) => ack !== 'AA') ?? taken[0] ?? rejected;
  }

  private async settle(
    { heard }: Told,
    letter: () => Buffer,
    arrival: Arrival,
    budget: { left: number },
  ): Promise<EntryOutcome> {
    const { understood } = heard;
    if (understood.kind === 'rejected') return refusedOutcome(400, heard.issues);
    const raw = letter();
    if (understood.kind === 'refused') {
      budget.left -= raw.length;
      if (raw.length > largestKept || budget.left < 0) return refusedOutcome(422, [...heard.issues, tooLarge]);
    }
    return outcomeOf(heard, await this.intake.take(understood, 'fhir', raw, arrival));
  }

  /** What an entry of a transaction is refused for; nothing where it can be taken. */
  private async faultOf(entry: Entry, told: Told | undefined, arrival: Arrival): Promise<EntryOutcome | undefined> {
    if (entry.kind === 'refused') return refusedOutcome(entry.status, [entry.issue]);
    if (!told) return undefined;
    const { understood, issues } = told.heard;
    if (understood.kind === 'rejected') return refusedOutcome(400, issues);
    if (await this.foreign.includes(understood, arrival)) return refusedOutcome(403, [foreignIssue(told)]);
    return understood.kind === 'refused' ? refusedOutcome(422, issues) : undefined;
  }

  /** A transaction waits as a whole, under the name of the first of its resources that cannot be taken; what is no FHIR at all is not kept. */
  private async quarantine(
    heard: readonly { readonly entry: Entry; readonly told: Told | undefined }[],
    letter: () => Buffer,
    arrival: Arrival,
  ): Promise<Taken | undefined> {
    const understood = heard.flatMap(({ told }) => told?.heard.understood ?? []);
    const isUnreadable =
      heard.some(({ entry }) => entry.kind === 'refused') || understood.some(({ kind }) => kind === 'rejected');
    const first = understood.find(({ kind }) => kind === 'refused');
    if (isUnreadable || !first) return undefined;
    const raw = letter();
    return raw.length > mostKept ? undefined : this.intake.take(first, 'fhir', raw, arrival);
  }
}

const bytesOf = (letter: Letter): Buffer => Buffer.from(JSON.stringify(letter), 'utf8');

const asideOutcome = (entry: Entry): EntryOutcome =>
  entry.kind === 'refused'
    ? refusedOutcome(entry.status, [entry.issue])
    : besideOutcome(entry.kind === 'beside' ? entry.reason : '');

const foreignIssue = ({ raw }: Told): Issue => ({
  severity: 'error',
  code: 'forbidden',
  path: raw.path,
  text: `${raw.path} is about a hospital that is not your own.`,
  ...(raw.entry === undefined ? {} : { entry: raw.entry }),
});

/** Lets others have their turn: thousands of resources are understood in one request. */
const aTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

import { Injectable, Logger } from '@nestjs/common';
import { shippedOutwardTable } from '#libs/nhs/postcode.js';
import { NobodyToIdentify } from '#libs/people/identity/identities.js';
import { nameOf } from '#libs/platform/errors.js';
import { Settings } from '#libs/platform/settings.js';
import { isUnavailable } from '#libs/platform/unavailable.js';
import { understandHl7, type ReadingContext } from '../domain/hl7/understand.js';
import type { Envelope, Fault, StayNews, Understood } from '../domain/understood.js';
import { FeedMappings } from '../feeds/feed-mappings.js';
import { IntakeKeys } from '../intake-keys.js';
import { Quarantine } from '../quarantine/quarantine.js';
import { MessageRegister } from '../register/message-register.js';
import { PersonNews } from './person-news.js';
import { StayNewsTaker, type StayTaken } from './stay-news.js';
import { faults } from './to-settle.js';
import { VisitMerges } from './visit-merges.js';
import type { Arrival, MessageForm, Taken } from './taken.js';

/**
 * The one way in for ward events, whatever line they came on: read, recognise, store, and only then answer.
 * Throws only while the database is away; then nothing may be answered.
 */
@Injectable()
export class WardIntake {
  private readonly logger = new Logger('intake');

  constructor(
    private readonly settings: Settings,
    private readonly keys: IntakeKeys,
    private readonly mappings: FeedMappings,
    private readonly stays: StayNewsTaker,
    private readonly visits: VisitMerges,
    private readonly people: PersonNews,
    private readonly quarantine: Quarantine,
    private readonly register: MessageRegister,
  ) {}

  /** One HL7 v2 message, as bytes. Messages of one stay are taken in the order of the calls. */
  takeHl7(bytes: Buffer, arrival: Arrival): Promise<Taken> {
    return this.take(this.understand(bytes), 'hl7v2', bytes, arrival);
  }

  private understand(bytes: Buffer): Understood {
    try {
      return understandHl7(bytes, this.context);
    } catch (error) {
      this.logger.error({ fault: nameOf(error), while: 'reading' });
      return { kind: 'rejected', reason: faults.unforeseen.reason };
    }
  }

  get context(): ReadingContext {
    return {
      production: this.settings.mode === 'production',
      mappings: this.mappings.current,
      outwardTable: shippedOutwardTable,
    };
  }

  /** What was made of one message, whatever its form; `raw` is what a quarantine keeps of it. */
  async take(understood: Understood, form: MessageForm, raw: Buffer, arrival: Arrival): Promise<Taken> {
    if (understood.kind === 'rejected')
      return {
        outcome: 'rejected',
        ack: 'AR',
        controlId: understood.controlId || null,
        header: understood.header,
        reason: understood.reason,
        ...(understood.field === undefined ? {} : { field: understood.field }),
      };
    const { envelope } = understood;
    if (envelope.header && arrival.speaksFor?.(envelope.header) === false)
      return answered(envelope, 'rejected', 'AR', foreignFeed);
    if (!maySpeakFor(arrival, envelope)) return answered(envelope, 'rejected', 'AR', { reason: foreign });
    if (!isTheSame(arrival, envelope, form)) return answered(envelope, 'rejected', 'AR', { reason: otherMessage });
    try {
      return await this.settle(understood, form, raw, arrival);
    } catch (error) {
      if (isUnavailable(error)) throw error;
      if (error instanceof NobodyToIdentify) return this.refuse(envelope, faults.nobody, form, raw, arrival);
      // No content: the message waits in quarantine, where it can be looked into.
      this.logger.error({ fault: nameOf(error), kind: envelope.kind });
      return this.refuse(envelope, faults.unforeseen, form, raw, arrival);
    }
  }

  private async settle(
    understood: Exclude<Understood, { kind: 'rejected' }>,
    form: MessageForm,
    raw: Buffer,
    arrival: Arrival,
  ): Promise<Taken> {
    const { envelope } = understood;
    const hash = this.keys.contentHash(envelope);
    if (understood.kind === 'refused') return this.refuse(envelope, understood.fault, form, raw, arrival);
    const settled = await this.settledByHand(envelope, hash, arrival);
    if (settled) return settled;
    const note = { ...named(envelope, arrival), hash };
    if (understood.kind === 'ignored') {
      const { repeated } = await this.register.record({
        ...note,
        outcome: 'ignored',
        reason: understood.reason,
        knownBy: 'register',
      });
      return answered(envelope, repeated ? 'duplicate' : 'ignored', 'AA', { reason: understood.reason });
    }
    if (understood.kind === 'person') {
      const { position, toSettle } = await this.people.take(understood, hash, arrival);
      if (toSettle && !(await this.wasTaken(envelope, hash)))
        return this.refuse(envelope, faults[toSettle], form, raw, arrival);
      const { repeated } = await this.register.record({
        ...note,
        outcome: 'accepted',
        recorded: understood.recorded,
        knownBy: 'register',
      });
      return answered(envelope, repeated ? 'duplicate' : 'accepted', 'AA', position === undefined ? {} : { position });
    }
    if (understood.kind === 'visits') {
      const visits = await this.visits.take(understood, hash, arrival);
      if (visits.ok && visits.ring && !(await this.wasTaken(envelope, hash)))
        return this.refuse(envelope, faults.ring, form, raw, arrival);
      return this.taken(envelope, hash, visits, understood.merges[0]?.news, arrival);
    }
    return this.taken(envelope, hash, await this.stays.take(understood, hash, arrival), understood.news, arrival);
  }

  /** What stands in the log as said of a stay. */
  private async taken(
    envelope: Envelope,
    hash: string,
    stay: StayTaken,
    news: StayNews | undefined,
    arrival: Arrival,
  ): Promise<Taken> {
    if (!stay.ok) return answered(envelope, 'rejected', 'AR', { reason: foreign });
    const { stayId, position, duplicate } = stay;
    const outcome = duplicate ? 'duplicate' : 'accepted';
    const recorded = news ? { recorded: news.recorded } : {};
    const note = { ...named(envelope, arrival), hash, outcome, stayId, ...recorded, knownBy: 'log' } as const;
    const { flagged } = await this.register.record(note);
    const odd = [...(news?.flags ?? []), ...(flagged ? ['control-id-reused'] : [])];
    return answered(envelope, outcome, 'AA', {
      stayId,
      position,
      ...(flagged ? { reason: 'The control id was used before for other content.' } : {}),
      ...(odd.length > 0 ? { flags: odd } : {}),
    });
  }

  /** Readable by now, but a person corrected it before: that counts in its place. */
  private async settledByHand(envelope: Envelope, hash: string, arrival: Arrival): Promise<Taken | undefined> {
    if (arrival.corrects || !this.register.isCorrected({ ...envelope, hash })) return undefined;
    const settled = await this.register.settled({ ...envelope, hash });
    return settled?.byHand ? this.again(envelope, hash, settled.stayId, arrival) : undefined;
  }

  /** It counts already. */
  private async again(envelope: Envelope, hash: string, stayId: string | null, arrival: Arrival): Promise<Taken> {
    await this.register.record({ ...named(envelope, arrival), hash, outcome: 'duplicate', knownBy: 'register' });
    return answered(envelope, 'duplicate', 'AA', stayId === null ? {} : { stayId });
  }

  /** What was answered `AA` once is answered so again, whatever came of it since. */
  private wasTaken({ feed, controlId }: Envelope, hash: string): Promise<boolean> {
    return this.register.wasTaken({ feed, controlId, hash });
  }

  private async refuse(
    envelope: Envelope,
    fault: Fault,
    form: MessageForm,
    raw: Buffer,
    arrival: Arrival,
  ): Promise<Taken> {
    const refused = answered(envelope, 'quarantined', 'AE', { reason: fault.reason, field: fault.field });
    if (arrival.corrects) {
      await this.quarantine.keepCorrection(arrival.corrects, fault, raw);
      return refused;
    }
    const hash = this.keys.contentHash(envelope);
    // What was wrong with it has been put right since, or was not wrong when it came first.
    const settled = await this.register.settled({ ...envelope, hash });
    if (settled) return this.again(envelope, hash, settled.stayId, arrival);
    const note = { ...named(envelope, arrival), hash, reason: fault.reason } as const;
    await this.quarantine.keep(envelope, hash, fault, form, raw);
    // Tried again, it is still the one message that was counted when it came.
    if (arrival.source !== 'quarantine')
      await this.register.record({ ...note, outcome: 'quarantined', knownBy: 'log' });
    return refused;
  }
}

const foreignFeed = {
  field: 'MSH-3',
  reason: 'This line may not speak for the sender in MSH-3 and MSH-4.',
} as const;
const foreign = 'The message is about a hospital that is not your own.';

const otherMessage = 'The corrected message is not the same one: its sender and its control id must stay as they were.';

const named = ({ feed, controlId, kind, hospital, header }: Envelope, { source, corrects }: Arrival) => ({
  feed,
  controlId,
  kind: kind.slice(0, 100),
  hospital,
  live: source !== 'quarantine' && source !== 'import',
  ...(header?.sequence === undefined ? {} : { sequence: header.sequence }),
  ...(corrects ? { corrects } : {}),
});

/** The name of a version of a FHIR resource is made from its content, so that there only the sender can stay as it was. */
const isTheSame = ({ corrects }: Arrival, { feed, controlId }: Envelope, form: MessageForm): boolean =>
  corrects === undefined || (corrects.feed === feed && (form === 'fhir' || corrects.controlId === controlId));

/** A ward user sends for the own hospital only (api.md, "Who may do what"); a line, a feed's own account and an import speak for whom they name. A message that names no hospital is held to that of its stay. */
const maySpeakFor = ({ sender }: Arrival, { hospital }: Envelope): boolean =>
  sender?.grant !== 'own' || hospital === null || sender.organisation === hospital;

const answered = (
  { controlId, header }: Envelope,
  outcome: Taken['outcome'],
  ack: Taken['ack'],
  more: Partial<Taken>,
): Taken => ({ outcome, ack, controlId, header, ...more });

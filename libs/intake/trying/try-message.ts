import { Injectable } from '@nestjs/common';
import { Audit } from '#libs/access/audit.js';
import { scopeOf } from '#libs/access/scope.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import { EventStore } from '#libs/event-store/port.js';
import { WhatIfStore } from '#libs/event-store/what-if-store.js';
import { PeopleDirectory } from '#libs/people/port.js';
import { WhatIfPeople } from '#libs/people/what-if-people.js';
import { Clock } from '#libs/platform/clock.js';
import { Database } from '#libs/platform/database.js';
import { newId } from '#libs/platform/ids.js';
import { Problem } from '#libs/platform/problem.js';
import { Settings } from '#libs/platform/settings.js';
import { understandCloudEvent } from '../domain/cloud-events/understand-cloud-event.js';
import { mappingOf, type CharacterSet, type PartialFeedMapping } from '../domain/feed-mapping.js';
import { encode } from '../domain/hl7/character-set.js';
import { openHl7, understandHl7, type ReadingContext } from '../domain/hl7/understand.js';
import type { Understood } from '../domain/understood.js';
import { FeedMappings } from '../feeds/feed-mappings.js';
import type { KnownFeed } from '../feeds/known-feeds.js';
import { IntakeKeys } from '../intake-keys.js';
import { ReferredPeople } from '../referred/referred-people.js';
import { KnownStays } from '../taking/known-stays.js';
import { MergedStays } from '../taking/merged-stays.js';
import { PersonNews } from '../taking/person-news.js';
import { StayLog } from '../taking/stay-log.js';
import { StayNewsTaker } from '../taking/stay-news.js';
import { readStay } from '../taking/stay-stream.js';
import type { Outcome } from '../taking/taken.js';
import { VisitMerges } from '../taking/visit-merges.js';
import { WardIntake } from '../taking/ward-intake.js';
import { WhoItIs } from '../taking/who-it-is.js';
import { DryQuarantine, DryRegister } from './dry-registers.js';
import { triedStayOf, type TriedStay } from './tried-stay.js';
import { whatWasRead, type WhatWasRead } from './what-was-read.js';

/** What would become of a message. */
export interface Tried {
  readonly outcome: Outcome;
  readonly ack: string;
  readonly controlId: string | null;
  /** Why it would not be taken, or what is odd about it, and at which field. */
  readonly reason?: string;
  readonly field?: string;
  readonly flagged: readonly string[];
  /** Null when it could not be read. */
  readonly read: WhatWasRead | null;
  /** The stay it is about, as it is and as it would be; null when it is about none. */
  readonly stay: {
    readonly stayId: string;
    readonly before: TriedStay | null;
    readonly after: TriedStay | null;
  } | null;
}

export type Attempt =
  /** `typed`: in UTF-8, whatever set the feed would send it in. */
  | { readonly form: 'hl7v2'; readonly bytes: Buffer; readonly typed?: true }
  /** One of our own ward events. */
  | { readonly form: 'cloudevent'; readonly event: unknown };

/** Merges lead from stay to stay no further than this. */
const furthest = 20;

/**
 * Says what would become of a message by taking it, on a log that only might be and beside registers that are only looked into: the same code
 * comes to the same answer, and nothing is written. (Whether merges of people go round in a ring shows only once they are made.)
 */
@Injectable()
export class TryMessage {
  constructor(
    private readonly settings: Settings,
    private readonly store: EventStore,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly keys: IntakeKeys,
    private readonly mappings: FeedMappings,
    private readonly people: PeopleDirectory,
    private readonly referred: ReferredPeople,
    private readonly intake: WardIntake,
    private readonly audit: Audit,
  ) {}

  /** `mapping`: in the place of the one that is set. @throws Problem when the message is of another feed. */
  async try(asked: Attempt, feed: KnownFeed, user: SignedIn, mapping?: PartialFeedMapping): Promise<Tried> {
    const { context: usual } = this.intake;
    const context: ReadingContext =
      mapping === undefined ? usual : { ...usual, mappings: new Map(usual.mappings).set(feed.feed, mapping) };
    const attempt = asSent(asked, mappingOf(feed.feed, context.mappings).characterSet);
    const opened = attempt.form === 'hl7v2' ? openHl7(attempt.bytes, context) : undefined;
    const understood =
      attempt.form === 'hl7v2' ? understandHl7(attempt.bytes, context) : understandCloudEvent(attempt.event, context);
    const sender = understood.kind === 'rejected' ? understood.feed : understood.envelope.feed;
    if (sender !== undefined && sender !== feed.feed)
      throw new Problem(
        400,
        'feed.other-sender',
        'The message is of another feed: its sender (MSH-3 and MSH-4, or the source) is not this one.',
      );
    const bytes = attempt.form === 'hl7v2' ? attempt.bytes : Buffer.from(JSON.stringify(attempt.event) ?? '', 'utf8');
    const log = new WhatIfStore(this.store, () => this.clock.now());
    const quarantine = new DryQuarantine(this.database, this.keys, this.clock);
    const taken = await this.intakeOn(log, quarantine).take(withoutDetails(understood), attempt.form, bytes, {
      source: 'api',
      correlationId: newId(),
      sender: user,
    });
    const { outcome, ack, controlId, reason, flags = [], stayId } = taken;
    // Of a hospital that is not the user's own nothing is shown but that.
    const isForeign = outcome === 'rejected' && understood.kind !== 'rejected';
    return {
      outcome,
      ack,
      controlId,
      ...(reason === undefined ? {} : { reason }),
      ...(quarantine.fault ? { field: quarantine.fault.field } : {}),
      flagged: flags,
      read: isForeign ? null : whatWasRead(understood, opened?.ok ? opened : undefined),
      stay: stayId === undefined ? null : await this.beforeAndAfter(stayId, log, user),
    };
  }

  private intakeOn(log: WhatIfStore, quarantine: DryQuarantine): WardIntake {
    const people = new WhatIfPeople(this.people, log, this.database, this.settings.pseudonymKey);
    const known = new KnownStays(log);
    const stays = new StayLog(log, known, new MergedStays(log, known));
    const who = new WhoItIs(people, this.keys);
    return new WardIntake(
      this.settings,
      this.keys,
      this.mappings,
      new StayNewsTaker(stays, who, people, this.keys, this.referred),
      new VisitMerges(stays, known, who, this.keys),
      new PersonNews(log, people, this.referred, this.keys),
      quarantine,
      new DryRegister(this.database, this.clock),
    );
  }

  private async beforeAndAfter(stayId: string, log: WhatIfStore, user: SignedIn): Promise<Tried['stay']> {
    let shownId = stayId;
    let after = (await readStay(log, shownId)).block;
    for (let n = 0; n < furthest && after?.mergedInto; n += 1) {
      shownId = after.mergedInto;
      after = (await readStay(log, shownId)).block;
    }
    const before = (await readStay(this.store, shownId)).block;
    const scope = scopeOf(user);
    const isOwn = (stay: StayBlock | undefined): stay is StayBlock =>
      stay !== undefined && (scope === undefined || stay.hospital === scope);
    // A person's record is looked at, even if without a name.
    if (isOwn(before)) await this.audit.read({ user, what: 'stay', personIds: [before.personId] });
    return {
      stayId: shownId,
      before: isOwn(before) ? triedStayOf(before) : null,
      after: isOwn(after) ? triedStayOf(after) : null,
    };
  }
}

const asSent = (attempt: Attempt, set: CharacterSet): Attempt =>
  attempt.form === 'hl7v2' && attempt.typed
    ? { form: 'hl7v2', bytes: encode(attempt.bytes.toString('utf8'), set) }
    : attempt;

/** Details are kept of people who were referred, by a key of their own: not even that is touched. */
const withoutDetails = (understood: Understood): Understood =>
  understood.kind === 'stay' || understood.kind === 'person' ? { ...understood, details: {} } : understood;

import { Injectable } from '@nestjs/common';
import { Audit } from '#libs/access/audit.js';
import { scopeOf } from '#libs/access/scope.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { Clock } from '#libs/platform/clock.js';
import { Problem } from '#libs/platform/problem.js';
import { mappingOf, type CharacterSet } from '../domain/feed-mapping.js';
import { largestEdited, type ShownMessage } from '../domain/shown-message.js';
import { FeedMappings } from '../feeds/feed-mappings.js';
import { KnownStays } from '../taking/known-stays.js';
import type { MessageForm } from '../taking/taken.js';
import { bytesOf, shownMessage, textOf } from './message-text.js';
import { Quarantine } from './quarantine.js';
import { QuarantineList, type QuarantinedMessage } from './quarantine-list.js';
import { correctsOf, RetryQuarantined, type Retried } from './retry-quarantined.js';

/** A quarantined message with its content. */
export interface ReadMessage {
  readonly message: QuarantinedMessage;
  readonly form: MessageForm;
  /** As it is to be tried next: corrected, where somebody did. */
  readonly text: string;
  /** As it came, where somebody corrected it since. */
  readonly original: string | undefined;
  readonly shown: ShownMessage;
  /** Too large for a person to edit. */
  readonly tooLarge: boolean;
}

/** Looking into a quarantined message, and putting it right by hand. */
@Injectable()
export class FixQuarantined {
  constructor(
    private readonly quarantine: Quarantine,
    private readonly list: QuarantineList,
    private readonly retrying: RetryQuarantined,
    private readonly stays: KnownStays,
    private readonly audit: Audit,
    private readonly mappings: FeedMappings,
    private readonly clock: Clock,
  ) {}

  /** Opens a message. It may be about somebody nobody referred: that it was read is noted before it is shown. */
  async read(id: string, user: SignedIn): Promise<ReadMessage | undefined> {
    const message = await this.list.find(id, scopeOf(user));
    const opened = message && (await this.quarantine.open(id));
    if (!opened) return undefined;
    await this.audited(message, user, `quarantined message ${id}`);
    const { form, raw, corrected } = opened;
    const current = corrected ?? raw;
    const set = this.setOf(message);
    const text = textOf(current, form, set);
    return {
      message,
      form,
      text,
      original: corrected ? textOf(raw, form, set) : undefined,
      shown: shownMessage(current, form, message.field, set),
      tooLarge: text.length > largestEdited,
    };
  }

  /**
   * Takes the edited message in place of the one that waits: of the same feed, with the recorded time it gives itself.
   * @throws Problem 400 when it cannot be read, or is another message.
   */
  async fix(id: string, text: string, user: SignedIn, correlationId: string): Promise<Retried | undefined> {
    const message = await this.list.find(id, scopeOf(user));
    if (!message) return undefined;
    await this.audited(message, user, `corrected quarantined message ${id}`);
    const retried = await this.quarantine.alone(id, () => this.takeEdited(message, text, user, correlationId));
    if (!retried) return undefined;
    if (retried.ack === 'AR')
      throw new Problem(
        400,
        'quarantine.not-this-message',
        'The corrected message cannot be taken for the one that waits.',
        {
          errors: [{ field: 'message', message: retried.reason ?? 'cannot be read' }],
        },
      );
    return this.retrying.withOthers(message, retried, user, correlationId);
  }

  private async takeEdited(
    message: QuarantinedMessage,
    text: string,
    user: SignedIn,
    correlationId: string,
  ): Promise<Retried | undefined> {
    const opened = await this.quarantine.open(message.id);
    if (!opened) return undefined;
    const { form, raw } = opened;
    const set = this.setOf(message);
    const bytes = bytesOf(text, form, raw, set);
    // Put back as it came, it is the original that is tried again.
    const isOriginal = textOf(bytes, form, set) === textOf(raw, form, set);
    const by = { by: user.userId, at: this.clock.now() };
    const edited = isOriginal ? { bytes: raw } : { bytes, corrects: correctsOf(message, by) };
    return this.retrying.take(message, edited, user, correlationId);
  }

  private setOf({ feed }: QuarantinedMessage): CharacterSet {
    return mappingOf(feed, this.mappings.current).characterSet;
  }

  private async audited(message: QuarantinedMessage, user: SignedIn, why: string): Promise<void> {
    await this.audit.read({ user, what: 'quarantined message', personIds: await this.peopleOf(message), why });
  }

  /** Whom the audit names: the person of the stay, where the stay is known. */
  private async peopleOf({ stayId }: QuarantinedMessage): Promise<readonly string[]> {
    const personId = stayId === null ? undefined : (await this.stays.of(stayId)).block?.personId;
    return personId === undefined ? [] : [personId];
  }
}

import { Injectable } from '@nestjs/common';
import { EventStore, type Position, type StoredEvent } from '#libs/event-store/port.js';
import { Database } from '#libs/platform/database.js';
import { newsOf } from '../taking/stay-facts.js';

/** What became of one content that came under a control id; nothing of the content itself, which is not kept. */
export interface HeardMessage {
  readonly outcome: 'accepted' | 'ignored' | 'quarantined' | 'corrected' | 'dismissed' | 'expired';
  /** When it first came, and last. */
  readonly receivedAt: string;
  readonly lastReceivedAt: string;
  /** When it was stored in the log; missing for what has no event of a stay. */
  readonly recordedAt?: string;
  readonly kind: string;
  readonly stayId?: string;
  /** What it did, in the order of the log: of visits that were merged also where it was told on. */
  readonly events?: readonly { readonly eventId: string; readonly position: Position; readonly type: string }[];
  readonly reason?: string;
  /** While it waits in quarantine. */
  readonly quarantineId?: string;
  /** How often it came again. */
  readonly repeats: number;
  /** Other content had come under its control id before. */
  readonly flagged: boolean;
}

interface Row {
  readonly hash: string;
  readonly kind: string;
  readonly outcome: HeardMessage['outcome'];
  readonly reason: string | null;
  readonly stay_id: string | null;
  readonly first_at: Date;
  readonly last_at: Date;
  readonly repeats: number;
  readonly flagged: boolean;
  readonly quarantine_id: string | null;
  readonly quarantine_hospital: string | null;
  readonly hospitals: readonly string[];
}

/** "Did you get it, and what did it do?", from the register and the log. */
@Injectable()
export class HeardMessages {
  constructor(
    private readonly database: Database,
    private readonly store: EventStore,
  ) {}

  /** All that came under this control id, the first first. `hospital`: only what is known to be about that one. */
  async find(feed: string, controlId: string, hospital?: string): Promise<readonly HeardMessage[]> {
    const { rows } = await this.database.query<Row>(
      `SELECT m.hash, m.kind, m.outcome, m.reason, m.stay_id, m.first_at, m.last_at, m.repeats, m.flagged,
              q.id AS quarantine_id, q.hospital AS quarantine_hospital, coalesce(f.hospitals, '{}') AS hospitals
         FROM intake.messages m
         LEFT JOIN intake.quarantine q USING (feed, control_id, hash)
         LEFT JOIN intake.feeds f ON f.feed = m.feed
        WHERE m.feed = $1 AND m.control_id = $2 ORDER BY m.first_at, m.hash`,
      [feed, controlId],
    );
    const heard = await Promise.all(rows.map((row) => this.heard(row, { feed, controlId, hospital })));
    return heard.filter((one) => one !== undefined);
  }

  private async heard(
    row: Row,
    { feed, controlId, hospital }: { feed: string; controlId: string; hospital: string | undefined },
  ): Promise<HeardMessage | undefined> {
    const stream = row.stay_id === null ? [] : await this.store.readStream(`stay-${row.stay_id}`);
    const last = stream.at(-1);
    const about = last ? newsOf(last).stay.hospital : row.quarantine_hospital;
    // Of what names no hospital, the feed's own says whose it is if there is but one.
    const only = row.hospitals.length === 1 ? row.hospitals[0] : undefined;
    if (hospital !== undefined && (about ?? only) !== hospital) return undefined;
    const events = stream.filter((event) => isOf(event, { feed, controlId, hash: row.hash }));
    const [first] = events;
    return {
      outcome: row.outcome,
      // The register notes it a moment after the log has it.
      receivedAt: [row.first_at.toISOString(), ...(first ? [first.recordedAt] : [])].toSorted()[0] ?? '',
      lastReceivedAt: row.last_at.toISOString(),
      ...(first ? { recordedAt: first.recordedAt } : {}),
      kind: row.kind,
      ...(row.stay_id === null ? {} : { stayId: row.stay_id }),
      ...(row.stay_id === null
        ? {}
        : { events: events.map(({ eventId, position, type }) => ({ eventId, position, type })) }),
      ...reasonOf(row),
      ...(row.quarantine_id === null ? {} : { quarantineId: row.quarantine_id }),
      repeats: row.repeats,
      flagged: row.flagged,
    };
  }
}

const isOf = (event: StoredEvent, of: { feed: string; controlId: string; hash: string }): boolean => {
  const { header } = newsOf(event);
  return header.feed === of.feed && header.controlId === of.controlId && header.hash === of.hash;
};

/** Who dismissed or corrected it, and why, stays with those who look after quarantine. */
const byHand: Partial<Record<HeardMessage['outcome'], string>> = {
  dismissed: 'It could not be taken, and was dismissed by a person.',
  corrected: 'It could not be taken, and was corrected by a person: the correction counts in its place.',
};

const reasonOf = ({ outcome, reason }: Row): { readonly reason?: string } => {
  const said = byHand[outcome] ?? reason;
  return said === null ? {} : { reason: said };
};

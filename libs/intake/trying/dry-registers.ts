import type { Clock } from '#libs/platform/clock.js';
import type { Database } from '#libs/platform/database.js';
import { deterministicId } from '#libs/platform/ids.js';
import type { Envelope, Fault } from '../domain/understood.js';
import { Quarantine } from '../quarantine/quarantine.js';
import type { Registered, RegisterEntry } from '../register/register-entry.js';
import { MessageRegister } from '../register/message-register.js';

/** A register that is only looked into. */
export class DryRegister extends MessageRegister {
  constructor(
    private readonly tables: Database,
    clock: Clock,
  ) {
    super(tables, clock);
  }

  /** It is asked in any case. */
  override isCorrected(): boolean {
    return true;
  }

  override async record({ feed, controlId, hash }: RegisterEntry): Promise<Registered> {
    const { rows } = await this.tables.query<{ same: boolean; flagged: boolean }>(
      'SELECT hash = $3 AS same, flagged FROM intake.messages WHERE feed = $1 AND control_id = $2',
      [feed, controlId, hash],
    );
    const noted = rows.find(({ same }) => same);
    return { repeated: noted !== undefined, flagged: noted?.flagged ?? rows.length > 0 };
  }
}

/** A quarantine that keeps nothing but why it was asked. */
export class DryQuarantine extends Quarantine {
  fault: Fault | undefined;

  override keep(envelope: Envelope, hash: string, fault: Fault): Promise<string> {
    this.fault = fault;
    return Promise.resolve(deterministicId('quarantine', envelope.feed, envelope.controlId, hash));
  }
}

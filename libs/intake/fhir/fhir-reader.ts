import { Injectable, Logger } from '@nestjs/common';
import { nameOf } from '#libs/platform/errors.js';
import type { Entry } from '../domain/fhir/bundle-entries.js';
import type { Issue } from '../domain/fhir/issue.js';
import { unreadable, type FhirContext, type Heard, type Statement } from '../domain/fhir/statement.js';
import { understandEncounter } from '../domain/fhir/understand-encounter.js';
import { understandPatient } from '../domain/fhir/understand-patient.js';
import { IntakeKeys } from '../intake-keys.js';
import { WardIntake } from '../taking/ward-intake.js';
import type { Told } from './letter.js';

/** Understands resources as things are set now: the mappings of feeds, the mode of the service. */
@Injectable()
export class FhirReader {
  private readonly logger = new Logger('intake');

  constructor(
    private readonly intake: WardIntake,
    private readonly keys: IntakeKeys,
  ) {}

  /** One Encounter or Patient that came by itself. */
  readAlone(kind: 'encounter' | 'patient', value: unknown, sender: string): Told {
    const path = kind === 'encounter' ? 'Encounter' : 'Patient';
    const statement: Statement = { value, path, nth: 0, lookUp: () => undefined, delivery: {} };
    return { raw: statement, heard: this.hear(kind, statement, sender) };
  }

  /** An entry that says something by itself; nothing of any other. */
  readEntry(entry: Entry, sender: string): Told | undefined {
    if (entry.kind !== 'encounter' && entry.kind !== 'patient') return undefined;
    return { raw: entry.raw, heard: this.hear(entry.kind, entry.statement, sender) };
  }

  private hear(kind: 'encounter' | 'patient', statement: Statement, sender: string): Heard {
    const context: FhirContext = {
      ...this.intake.context,
      sender,
      nameOf: (...parts) => this.keys.nameOf(...parts),
    };
    try {
      return kind === 'encounter' ? understandEncounter(statement, context) : understandPatient(statement, context);
    } catch (error) {
      this.logger.error({ fault: nameOf(error), while: 'reading' });
      const text = 'The resource could not be read because of a fault on our side. It can be sent again.';
      const issue: Issue = { severity: 'error', code: 'exception', path: statement.path, text };
      return unreadable(statement, { issue, kept: null });
    }
  }
}

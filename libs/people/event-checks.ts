import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { EventContract } from '../contracts/event-contract.js';
import type { EventToAppend } from '../event-store/port.js';
import { acceptingSealed, personalPathsOf } from './personal-fields.js';

interface Checked {
  readonly validate: ValidateFunction;
  /** Where the personal fields are. */
  readonly personal: readonly (readonly string[])[];
}

/** An event that is not what its contract says. Names the place and the rule, never a value. */
export class ContractBroken extends Error {
  override readonly name = 'ContractBroken';
}

/** The catalogue as checks: each contract is compiled once, at first use. */
export class EventChecks {
  readonly #ajv: Ajv;
  readonly #contracts = new Map<string, EventContract[]>();
  readonly #checked = new Map<EventContract, Checked>();

  constructor(catalogue: readonly EventContract[]) {
    this.#ajv = new Ajv({ allErrors: false, strict: true, strictTypes: false, strictRequired: false });
    addFormats.default(this.#ajv);
    for (const contract of catalogue) {
      const key = `${contract.type}@${contract.version}`;
      this.#contracts.set(key, [...(this.#contracts.get(key) ?? []), contract]);
    }
  }

  /** @throws ContractBroken when the event is not in the catalogue, or not as it says. */
  check(streamId: string, event: EventToAppend): Checked {
    const candidates = this.#contracts.get(`${event.type}@${event.schemaVersion}`) ?? [];
    const contract = candidates.find((entry) => streamId.startsWith(entry.stream));
    if (!contract)
      throw new ContractBroken(`${event.type} version ${event.schemaVersion} is in no contract for this stream.`);
    const checked = this.#compiled(contract);
    if (!checked.validate(event.data)) {
      const fault = checked.validate.errors?.[0];
      throw new ContractBroken(
        `${event.type} breaks its contract at "${fault?.instancePath ?? ''}": ${fault?.message ?? 'not as declared'}.`,
      );
    }
    return checked;
  }

  /** Compiles the whole catalogue, so that a contract that is no schema is found at start and not at its first event. */
  compileAll(): void {
    for (const contracts of this.#contracts.values()) for (const contract of contracts) this.#compiled(contract);
  }

  #compiled(contract: EventContract): Checked {
    const known = this.#checked.get(contract);
    if (known) return known;
    const schema = acceptingSealed(contract.data);
    if (typeof schema !== 'object' || schema === null) throw new Error(`${contract.type} has no schema.`);
    const checked = { validate: this.#ajv.compile(schema), personal: personalPathsOf({ ...contract.data }) };
    this.#checked.set(contract, checked);
    return checked;
  }
}

import { Injectable } from '@nestjs/common';
import { ageOn, londonDate } from '#libs/nhs/index.js';
import { PeopleDirectory, PeopleVault, type Details } from '#libs/people/port.js';
import type { Row } from './domain/row-at.js';

/** Stands where the name of a restricted record would. */
export const restrictedName = 'Restricted record';

/** A board row as api.md gives it. */
export interface BoardRow extends Omit<Row, 'stayAge' | 'nextAction'> {
  readonly name: string | null;
  readonly nhsNumber: string | null;
  readonly age: number | null;
  readonly nextAction: {
    readonly actionId: string;
    readonly what: string | null;
    readonly owner: { readonly organisation: string; readonly person: string | null };
    readonly due: string;
  } | null;
  readonly restricted: boolean;
}

/** `Testpatient, Ada`: the family name first, as wards and lists have it. Null when nothing is held, or not any more. */
export const fullName = ({ familyName, givenNames }: Details): string | null =>
  [familyName, givenNames].filter((part) => typeof part === 'string' && part !== '').join(', ') || null;

export const isRestricted = (row: Pick<Row, 'flags'>): boolean => row.flags.includes('restricted');

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Puts names to rows, at the very edge and nowhere else. Restricted records stay without one, unless somebody says why they need it. */
@Injectable()
export class NamedRows {
  constructor(
    private readonly people: PeopleDirectory,
    private readonly vault: PeopleVault,
  ) {}

  async name(rows: readonly Row[], asOf: string, options: { readonly breakGlass?: boolean } = {}): Promise<BoardRow[]> {
    const ids = [...new Set(rows.map((row) => row.personId))];
    const [details, canonical, actions] = await Promise.all([
      this.people.details(ids),
      Promise.all(ids.map(async (id) => [id, await this.people.canonical(id)] as const)).then(
        (pairs) => new Map(pairs),
      ),
      this.vault.open(rows.map((row) => row.nextAction)),
    ]);
    const today = londonDate(asOf);
    return rows.map(({ stayAge, nextAction: _sealed, ...row }, index) => {
      const known = details.get(row.personId) ?? {};
      const restricted = isRestricted(row);
      const hidden = restricted && options.breakGlass !== true;
      const action = actions[index] ?? null;
      return {
        ...row,
        personId: canonical.get(row.personId) ?? row.personId,
        name: hidden ? restrictedName : fullName(known),
        nhsNumber: hidden ? null : (known.nhsNumber ?? null),
        age: hidden ? null : ageOn(known.birthDate ? { birthDate: known.birthDate } : stayAge, today),
        nextAction: action && {
          actionId: action.actionId,
          what: hidden ? null : textOf(action.what),
          owner: { organisation: action.owner.organisation, person: hidden ? null : textOf(action.owner.person) },
          due: action.due,
        },
        restricted,
      };
    });
  }
}

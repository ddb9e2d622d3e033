import { Injectable } from '@nestjs/common';
import { EventStore, type StoredEvent } from '#libs/event-store/port.js';
import { PeopleDirectory, PeopleVault, type Details } from '#libs/people/port.js';
import { Clock } from '#libs/platform/clock.js';
import { Database } from '#libs/platform/database.js';
import { Problem } from '#libs/platform/problem.js';
import { clocksOf, type ClocksQuery } from '../board/board-question.js';
import { BoardReader } from '../board/board-reader.js';
import { casesTable, idOf } from '../board/cases.projection.js';
import { isKnown, type CaseHistory, type Clocks } from '../board/domain/history.js';
import { caseAt, rowOf, type Row } from '../board/domain/row-at.js';
import { isRestricted, NamedRows, type BoardRow } from '../board/named-rows.js';
import { caseParts } from './case-answer.js';
import { caseEntries, caseFacts, checkEntries, episodeEntries } from './case-entries.js';
import { checkAt, episodeAt } from './related.js';

/** A case with all its streams, before anything of it is shown. */
export interface FoundCase {
  readonly caseId: string;
  readonly personId: string;
  readonly hospital: string;
  readonly events: readonly StoredEvent[];
  readonly related: readonly { readonly kind: string; readonly id: string; readonly events: readonly StoredEvent[] }[];
}

/** The case as its page and `GET /cases/{id}` show it. */
@Injectable()
export class CaseView {
  constructor(
    private readonly store: EventStore,
    private readonly database: Database,
    private readonly reader: BoardReader,
    private readonly names: NamedRows,
    private readonly people: PeopleDirectory,
    private readonly vault: PeopleVault,
    private readonly clock: Clock,
  ) {}

  async find(caseId: string): Promise<FoundCase> {
    const events = await this.store.readStream(`case-${caseId}`);
    const [referral] = events;
    const hospital = referral?.data['hospital'];
    if (!referral || typeof hospital !== 'string') throw Problem.notFound('This case');
    const { rows } = await this.database.query<{ key: string; kind: string }>(
      `SELECT key, kind FROM ${casesTable} WHERE case_id = $1 AND kind <> 'case' ORDER BY key`,
      [caseId],
    );
    const related = await Promise.all(
      rows.map(async ({ key, kind }) => ({ kind, id: idOf(key), events: await this.store.readStream(key) })),
    );
    return { caseId, personId: referral.personId ?? '', hospital, events, related };
  }

  /** Everything of the case at both clocks; 404 when it was not known then. `breakGlass`: a reason was given for a restricted record. */
  async show(found: FoundCase, query: ClocksQuery, options: { readonly breakGlass: boolean }) {
    const clocks = clocksOf(query, this.clock.now());
    const { history, at, row } = await this.at(found, clocks);
    const [named] = await this.names.name([row], clocks.asOf, options);
    if (!named) throw Problem.notFound('This case');
    const hidden = isRestricted(row) && !options.breakGlass;
    const known = found.events.filter((event) => isKnown(event, clocks));
    const parts = caseParts(caseEntries(known), history, at);
    const { needs, involvement, referredBy, ...others } = hidden ? withoutTexts(parts) : await this.vault.open(parts);
    return {
      ...(named satisfies BoardRow),
      asOf: clocks.asOf,
      knownAt: clocks.knownAt,
      revision: found.events.length - 1,
      person: hidden ? null : await this.person(found.personId),
      needs,
      involvement,
      referredBy,
      ...others,
      ...this.related(found, clocks),
    };
  }

  private async at(found: FoundCase, clocks: Clocks) {
    const source = await this.reader.source({ clocks, openOnly: false, caseIds: [found.caseId] });
    const facts = caseFacts(found.events);
    // The stream itself is never behind; what brokerage did and what the ward said come from the read models.
    const stored = source.cases[0];
    const history: CaseHistory = {
      caseId: found.caseId,
      personId: found.personId,
      facts,
      requests: found.related.flatMap(({ kind, id }) =>
        kind === 'request' ? (stored?.requests.filter(({ requestId }) => requestId === id) ?? []) : [],
      ),
    };
    const at = caseAt(history, source.stays, clocks);
    const row: Row | null = at && rowOf(history, at, source.contextOf(history));
    if (!at || !row) throw new Problem(404, 'not-found', 'This case does not exist, or did not exist then.');
    return { history, at, row };
  }

  private async person(personId: string): Promise<Details | null> {
    return (await this.people.details([personId])).get(personId) ?? null;
  }

  private related({ related }: FoundCase, clocks: Clocks) {
    const checks = related.flatMap(({ kind, id, events }) =>
      kind === 'check' ? (checkAt(id, checkEntries(events), clocks) ?? []) : [],
    );
    return {
      episodes: related.flatMap(({ kind, id, events }) =>
        kind === 'episode' ? (episodeAt(id, episodeEntries(events), clocks) ?? []) : [],
      ),
      check: checks.findLast(({ state }) => state !== 'cancelled') ?? checks.at(-1) ?? null,
    };
  }
}

/** A restricted record without its texts: they are sealed, and stay so. */
const withoutTexts = <T>(value: T): T => {
  const stripped: T = JSON.parse(
    JSON.stringify(value, (_, part: unknown) =>
      typeof part === 'object' && part !== null && 'sealed' in part ? null : part,
    ),
  );
  return stripped;
};

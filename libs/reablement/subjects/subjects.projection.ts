import { caseContracts } from '#libs/contracts/discharge/case-events.js';
import { requestContracts } from '#libs/contracts/brokerage/request-events.js';
import type { EventContract, EventOf } from '#libs/contracts/event-contract.js';
import { stayContracts } from '#libs/contracts/intake/stay-events.js';
import { personContracts } from '#libs/contracts/people/person-events.js';
import { checkContracts, episodeContracts } from '#libs/contracts/reablement/reablement-events.js';
import type { Replaces } from '#libs/event-feed/port.js';
import { rowProjection, type AnyEvent } from '#libs/event-feed/row-projection.js';
import { isOf } from '#libs/event-store/contracted.js';
import type { KeptAs } from '#libs/event-feed/row-table.js';
import type { Recorded } from '#libs/event-store/decider.js';
import type { StoredEvent } from '#libs/event-store/port.js';
import { caseTypes, evolveCase, type CaseSubject } from './case-subject.js';
import { evolveCheck, type CheckSubject } from './check-subject.js';
import { evolveEpisode, type EpisodeSubject } from './episode-subject.js';
import { evolveRequest, requestTypes, type RequestSubject } from './request-subject.js';
import { evolvePerson, evolveStay, personTypes, type PersonSubject, type StaySubject } from './stay-subject.js';

/** One row a stream: what reablement keeps of a case, request, stay, person, episode or check. */
export type Subject = CaseSubject | RequestSubject | StaySubject | PersonSubject | EpisodeSubject | CheckSubject;

type OfContracts<M extends Record<string, EventContract>> = StoredEvent & Recorded<EventOf<M>>;

type Folds = {
  readonly [P in 'case-' | 'request-' | 'stay-' | 'person-' | 'reablement-' | 'check-']: (
    row: Subject | null,
    event: StoredEvent,
  ) => Subject | null;
};

/** What stands in a stream of a prefix keeps one of its contracts; what reablement knows no contract of changes nothing. */
const foldOf =
  <S extends Subject, E extends StoredEvent>(
    kind: S['kind'],
    isTheirs: (event: StoredEvent) => event is E,
    evolve: (row: S | null, event: E) => S | null,
  ) =>
  (row: Subject | null, event: StoredEvent): Subject | null =>
    isTheirs(event) ? evolve(row !== null && row.kind === kind ? (row as S) : null, event) : row;

const folds: Folds = {
  'case-': foldOf<CaseSubject, OfContracts<typeof caseContracts>>('case', isOf(caseContracts), evolveCase),
  'request-': foldOf<RequestSubject, OfContracts<typeof requestContracts>>(
    'request',
    isOf(requestContracts),
    evolveRequest,
  ),
  'stay-': foldOf<StaySubject, OfContracts<typeof stayContracts>>('stay', isOf(stayContracts), evolveStay),
  'person-': foldOf<PersonSubject, OfContracts<typeof personContracts>>('person', isOf(personContracts), evolvePerson),
  'reablement-': foldOf<EpisodeSubject, OfContracts<typeof episodeContracts>>(
    'episode',
    isOf(episodeContracts),
    evolveEpisode,
  ),
  'check-': foldOf<CheckSubject, OfContracts<typeof checkContracts>>('check', isOf(checkContracts), evolveCheck),
};
const prefixes = Object.keys(folds) as (keyof Folds)[];
const types = [
  ...[...caseTypes, ...requestTypes, ...personTypes],
  ...[stayContracts, episodeContracts, checkContracts].flatMap((contracts) => Object.keys(contracts)),
];

const subjectsOf = (version: number, keptAs: KeptAs, replaces?: Replaces) =>
  rowProjection<Subject | null, AnyEvent>({
    name: 'reablement.subjects',
    version,
    keptAs,
    ...(replaces && { replaces }),
    wants: { types, streamPrefixes: prefixes },
    schema: 'reablement',
    table: 'subjects',
    keyOf: (event) => event.streamId,
    initial: () => null,
    evolve: (row, event) => {
      const prefix = prefixes.find((one) => event.streamId.startsWith(one));
      return prefix ? folds[prefix](row, event) : row;
    },
    columns: { kind: 'text', person_id: 'text', case_id: 'text' },
    columnsOf: (row) => ({ kind: row.kind, person_id: row.personId, case_id: 'caseId' in row ? row.caseId : null }),
    indexes: ['person_id, kind', 'case_id', 'kind'],
  });

/** Kept for one release: it had a row of every person, and parsed each row before it was written. */
const before = subjectsOf(4, 'jsonb');
export const subjects = subjectsOf(5, 'json', {
  projection: before,
  as: {
    'reablement.subjects_v5': `SELECT key, kind, person_id, case_id, position, row::json AS row FROM ${before.tableName}`,
  },
});

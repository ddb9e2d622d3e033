import type { RequestEvent } from '#libs/contracts/brokerage/request-events.js';
import { rowProjection } from '#libs/event-feed/row-projection.js';
import { requestDecider } from '../domain/request.js';
import { awardOf, isLive, isOpened, providersOf, stageOf, type RequestState } from '../domain/request-state.js';

/** A request as the queue keeps it: the folded state itself, so that queue and decisions never disagree. */
export interface RequestRow {
  readonly request: RequestState;
  readonly changedAt: string;
  readonly changedBy: string;
}

export const requestsTable = rowProjection<RequestRow, RequestEvent>({
  name: 'brokerage.requests',
  version: 1,
  wants: { streamPrefixes: ['request-'] },
  schema: 'brokerage',
  table: 'requests',
  keyOf: (event) => event.streamId.replace(/^request-/, ''),
  initial: () => ({ request: requestDecider.initialState, changedAt: '', changedBy: '' }),
  evolve: (row, event) => ({
    request: requestDecider.evolve(row.request, event),
    changedAt: event.recordedAt,
    changedBy: event.type,
  }),
  columns: {
    case_id: 'text',
    person_id: 'text',
    state: 'text',
    broker: 'text',
    opened_at: 'text',
    /** Whom it was sent to, or who answered: what a provider may see. */
    providers: 'text[]',
    /** Whose live offer or unstarted award it holds: what an embargo touches. */
    exposed_to: 'text[]',
  },
  columnsOf: ({ request }) => {
    if (!isOpened(request)) {
      return {
        case_id: null,
        person_id: null,
        state: null,
        broker: null,
        opened_at: null,
        providers: [],
        exposed_to: [],
      };
    }
    const stage = stageOf(request);
    const unstarted = stage.status === 'awarded' ? awardOf(stage)?.providerId : undefined;
    const live = stage.offers.filter(isLive).map((offer) => offer.providerId);
    return {
      case_id: stage.caseId,
      person_id: stage.personId,
      state: request.status,
      broker: stage.broker,
      opened_at: stage.openedAt,
      providers: [...providersOf(stage)],
      exposed_to: request.status === 'withdrawn' ? [] : [...new Set([...live, ...(unstarted ? [unstarted] : [])])],
    };
  },
  indexes: [
    'case_id',
    'state, opened_at',
    'broker',
    'opened_at, key',
    'position',
    'USING gin (providers)',
    'USING gin (exposed_to)',
  ],
});

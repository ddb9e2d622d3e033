import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import {
  EventFeed,
  type ConsumerStatus,
  type ParkedEvent,
  type Projection,
  type VerifyResult,
} from '#libs/event-feed/port.js';
import type { StoredEvent } from '#libs/event-store/port.js';
import { Clock } from '#libs/platform/clock.js';
import { PostgresDatabase } from '#libs/platform/database.js';
import { startTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { feedStatesConsumer, feedStatesProjection } from '../feeds/feed-states.projection.js';
import { staysConsumer, staysProjection } from '../stays/stays.projection.js';
import { stayBlock } from '../testing/stay-builder.js';
import type { BoardQuery } from './board-question.js';
import { BoardReader } from './board-reader.js';
import { CaseHistories } from './case-histories.js';
import { casesConsumer, casesProjection } from './cases.projection.js';

/** A feed whose consumers stand where the spec says. */
class FeedAt extends EventFeed {
  position = '0';
  override register(): void {}
  override start = () => Promise.resolve();
  override stop = () => Promise.resolve();
  override settled = () => Promise.resolve(true);
  override caughtUp = () => Promise.resolve(true);
  override onCommitted = () => () => undefined;
  override status(): Promise<readonly ConsumerStatus[]> {
    const at = { version: 1, kind: 'projection', lag: 0, parked: 0, state: 'running' } as const;
    return Promise.resolve(
      [casesConsumer, staysConsumer, feedStatesConsumer].map((name) => ({ ...at, name, position: this.position })),
    );
  }
  override faults = (): readonly string[] => [];
  override parked = (): Promise<readonly ParkedEvent[]> => Promise.resolve([]);
  override retryParked = () => Promise.resolve({ released: 0 });
  override rebuild = () => Promise.resolve();
  override verify = (): Promise<readonly VerifyResult[]> => Promise.resolve([]);
}
class ClockAt extends Clock {
  override now = (): string => '2026-11-20T12:00:00.000Z';
}

const day = (dayAndTime: string): string => `2026-11-${dayAndTime.replace(' ', 'T')}:00.000Z`;

describe('the board read from its tables', () => {
  let database: TestDatabase;
  let tables: PostgresDatabase;
  let reader: BoardReader;
  let histories: CaseHistories;
  const feed = new FeedAt();
  let position = 0;
  const revisions = new Map<string, number>();

  beforeAll(async () => {
    database = await startTestDatabase();
    tables = new PostgresDatabase(database.url, { max: 4 });
    await tables.query(staysProjection.ddl);
    await tables.query(casesProjection.ddl);
    await tables.query(feedStatesProjection.ddl);
    histories = new CaseHistories(tables);
    reader = new BoardReader(histories, feed, new ClockAt());
  }, 60_000);
  afterAll(async () => {
    await tables.close();
    await database.stop();
  });

  const event = (
    streamId: string,
    type: string,
    data: object,
    occurredAt: string,
    recordedAt = occurredAt,
  ): StoredEvent => {
    const revision = revisions.get(streamId) ?? 0;
    revisions.set(streamId, revision + 1);
    position += 1;
    return {
      eventId: `e${String(position)}`,
      type,
      schemaVersion: 1,
      streamId,
      revision,
      position: String(position),
      occurredAt: day(occurredAt),
      recordedAt: day(recordedAt),
      personId: `person-of-${streamId.slice(-1)}`,
      data: { ...data },
      metadata: { correlationId: 'c', source: 'api', actor: { id: 'idt', role: 'idt', organisation: 'council' } },
    };
  };
  const fold = async (projection: Projection, events: readonly StoredEvent[]): Promise<void> => {
    await tables.tx((tx) => projection.fold(events, tx));
    feed.position = String(position);
  };
  const message = { sourceRecordedAt: day('01 08:00') };
  const stayed = (id: string, at: string, over: Partial<StayBlock>): StoredEvent =>
    event(`stay-${id}`, 'PatientAdmitted', { message, fact: {}, stay: stayBlock({ stayId: id, ...over }) }, at);
  const referred = (id: string, hospital: string, at: string): StoredEvent =>
    event(
      `case-${id}`,
      'CaseReferred',
      {
        hospital,
        ward: null,
        homeAuthority: 'Barnet',
        expectedDischargeDate: null,
        flags: [],
        previousCaseId: null,
        needs: {},
      },
      at,
    );
  const linked = (id: string, stayId: string, at: string): StoredEvent =>
    event(`case-${id}`, 'CaseLinkedToStay', { stayId, admittedAt: day('01 08:00') }, at);
  const ids = async (query: BoardQuery): Promise<readonly string[]> =>
    (await reader.board(query)).rows.map(({ caseId }) => caseId).sort();

  it('shows open cases, filtered; ended ones when their status is asked for', async () => {
    await fold(staysProjection, [
      stayed('a', '01 08:00', {}),
      stayed('b', '01 08:00', {
        status: 'discharged',
        dischargedAt: day('05 10:00'),
        destinationCode: '19',
        dischargeMethodCode: '1',
      }),
    ]);
    await fold(casesProjection, [
      referred('a', 'RAL', '02 09:00'),
      linked('a', 'a', '02 09:00'),
      event('case-a', 'PathwayAssigned', { pathway: 1, reason: 'x', returningCareHomeResident: false }, '03 09:00'),
      event('case-a', 'CaseWorkerAssigned', { worker: 'idt', organisation: 'council' }, '03 09:00'),
      referred('b', 'RAL', '02 09:00'),
      linked('b', 'b', '02 09:00'),
      event(
        'case-b',
        'CaseDischarged',
        { by: 'ward', stayId: 'b', dischargedAt: day('05 10:00'), destinationCode: '19' },
        '05 10:00',
      ),
      referred('c', 'R1K', '02 09:00'),
    ]);
    expect(await ids({})).toEqual(['a', 'c']);
    expect(await ids({ hospital: 'RAL' })).toEqual(['a']);
    expect(await ids({ ward: 'LARCH' })).toEqual(['a']);
    expect(await ids({ pathway: ['1'] })).toEqual(['a']);
    expect(await ids({ pathway: ['unassigned'] })).toEqual(['c']);
    expect(await ids({ owner: 'council' })).toEqual(['a']);
    expect(await ids({ owner: 'idt' })).toEqual(['a']);
    expect(await ids({ authority: 'Enfield' })).toEqual([]);
    expect(await ids({ status: ['discharged'] })).toEqual(['b']);
  });

  it('shows the board of any minute, as known at any minute', async () => {
    expect(await ids({ asOf: day('02 08:59') })).toEqual([]);
    expect(await ids({ asOf: day('05 09:59') })).toEqual(['a', 'b', 'c']);
    expect(await ids({ asOf: day('05 10:00') })).toEqual(['a', 'c']);
    expect(await ids({ knownAt: day('04 10:00') })).toEqual(['a', 'c', 'b'].sort());
  });

  it('brings a case back at every instant when its discharge is cancelled, from when that was known', async () => {
    await fold(staysProjection, [
      stayed('b', '08 10:00', { status: 'open', dischargedAt: null, destinationCode: null, dischargeMethodCode: null }),
    ]);
    await fold(casesProjection, [event('case-b', 'DischargeReversed', { stayId: 'b' }, '08 10:00')]);
    expect(await ids({})).toEqual(['a', 'b', 'c']);
    expect(await ids({ asOf: day('06 10:00') })).toEqual(['a', 'b', 'c']);
    expect(await ids({ asOf: day('06 10:00'), knownAt: day('08 09:59') })).toEqual(['a', 'c']);
  });

  it('joins requests to their case, whichever was folded first', async () => {
    await fold(casesProjection, [
      event(
        'request-r',
        'PlacementRequested',
        { caseId: 'd', by: 'policy', details: { serviceType: 'reablement' } },
        '06 09:00',
      ),
      event('request-r', 'RequestClaimed', { broker: 'broker' }, '06 10:00'),
      referred('d', 'R1K', '02 09:00'),
    ]);
    const { rows } = await reader.board({ hospital: 'R1K' });
    expect(rows.find(({ caseId }) => caseId === 'd')?.brokerage).toMatchObject({
      requestId: 'r',
      state: 'draft',
      serviceType: 'reablement',
    });
  });

  it('knows what changed after a position and after an instant, stays included', async () => {
    const before = String(position);
    expect(await histories.changedSince(before)).toEqual([]);
    await fold(staysProjection, [stayed('a', '10 10:00', { locations: [] })]);
    expect((await histories.changedSince(before)).map(({ caseId }) => caseId)).toEqual(['a']);
    expect((await histories.changedAfter(day('09 10:00'))).map(({ caseId }) => caseId)).toEqual(['a']);
    expect((await histories.changedAfter(day('10 10:00'))).map(({ caseId }) => caseId)).toEqual([]);
  });

  it('turns grey the rows of a hospital whose feed has been silent', async () => {
    const { rows } = await reader.board({});
    expect(rows.find(({ caseId }) => caseId === 'a')).toMatchObject({
      rag: 'grey',
      ragReason: 'The ward feed is late',
    });
    // Nothing was ever heard of R1K: there is no feed that could be late.
    expect(rows.find(({ caseId }) => caseId === 'c')?.rag).toBe('green');
  });

  it('refuses the future', async () => {
    await expect(reader.board({ asOf: '2026-11-20T12:01:00.000Z' })).rejects.toMatchObject({ status: 400 });
    await expect(reader.board({ knownAt: '2026-11-20T12:01:00.000Z' })).rejects.toMatchObject({ status: 400 });
  });
});

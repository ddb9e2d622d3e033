import type { StoredEvent } from './port.js';
import { upcastWith } from './upcasters.js';

const event = (
  type: string,
  schemaVersion: number,
  data: Record<string, unknown>,
  streamId = 'case-1',
): StoredEvent => ({
  eventId: 'e-1',
  type,
  schemaVersion,
  streamId,
  revision: 0,
  position: '1',
  occurredAt: '2026-11-23T08:30:00.000Z',
  recordedAt: '2026-11-23T08:30:00.000Z',
  data,
  metadata: { correlationId: 'c', actor: { id: 'u', role: 'idt', organisation: 'council' }, source: 'api' },
});

describe('upcasters', () => {
  const upcast = upcastWith([
    { type: 'PathwayAssigned', from: 2, up: ({ pathway, ...rest }) => ({ ...rest, pathway: Number(pathway) }) },
    { type: 'PathwayAssigned', from: 1, up: ({ route, ...rest }) => ({ ...rest, pathway: route }) },
    { type: 'CriteriaToResideRecorded', stream: 'stay-', from: 1, up: (data) => ({ ...data, codes: [] }) },
  ]);

  it('lift an old event step by step to the newest version', () => {
    expect(upcast(event('PathwayAssigned', 1, { route: '2', why: 'x' }))).toMatchObject({
      schemaVersion: 3,
      data: { pathway: 2, why: 'x' },
    });
    expect(upcast(event('PathwayAssigned', 2, { pathway: '1' }))).toMatchObject({
      schemaVersion: 3,
      data: { pathway: 1 },
    });
  });

  it('leave the newest version, and other events, as they are', () => {
    const newest = event('PathwayAssigned', 3, { pathway: 1 });
    expect(upcast(newest)).toBe(newest);
    const other = event('DelayStarted', 1, {});
    expect(upcast(other)).toBe(other);
  });

  it('tell two events of one name apart by their stream', () => {
    expect(upcast(event('CriteriaToResideRecorded', 1, {}, 'stay-1'))).toMatchObject({ schemaVersion: 2 });
    expect(upcast(event('CriteriaToResideRecorded', 1, {}, 'case-1'))).toMatchObject({ schemaVersion: 1 });
  });

  it('may not claim one step twice', () => {
    const up = (data: Readonly<Record<string, unknown>>) => data;
    expect(() =>
      upcastWith([
        { type: 'A', from: 1, up },
        { type: 'A', from: 1, stream: 'case-', up },
      ]),
    ).toThrow('Two upcasters lift A from version 1.');
    expect(() =>
      upcastWith([
        { type: 'A', from: 1, stream: 'stay-', up },
        { type: 'A', from: 1, stream: 'case-', up },
      ]),
    ).not.toThrow();
  });
});

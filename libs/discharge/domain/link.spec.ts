import { staysOf, wardStay } from '../testing/stay-builder.js';
import { linkOf } from './link.js';
import type { WardStay } from './ward.js';

const at = '2026-11-02T10:00:00.000Z';
const linked = (...stays: readonly WardStay[]): string | null =>
  linkOf({ hospital: 'RAL', at }, staysOf(...stays))?.block.stayId ?? null;

describe('the stay a case belongs to', () => {
  it('is the open stay that contains the referral', () => {
    expect(linked(wardStay())).toBe('stay-1');
  });

  it('is a stay already over when the referral lies in it, also to the minute of the admission', () => {
    const over = { status: 'discharged', dischargedAt: '2026-11-03T10:00:00.000Z' } as const;
    expect(linked(wardStay(over))).toBe('stay-1');
    expect(linked(wardStay({ ...over, admittedAt: at }))).toBe('stay-1');
  });

  it('is none once the person had left by the referral, to the minute', () => {
    expect(linked(wardStay({ status: 'discharged', dischargedAt: at }))).toBeNull();
  });

  it('is not one at another hospital, nor one whose admission nobody has told yet', () => {
    expect(linked(wardStay({ hospital: 'R1K' }))).toBeNull();
    expect(linked(wardStay({ status: 'known', admittedAt: null }))).toBeNull();
  });

  it('is else the next admission there within 14 days', () => {
    const later = wardStay({ stayId: 'later', admittedAt: '2026-11-16T10:00:00.000Z' });
    const sooner = wardStay({ stayId: 'sooner', admittedAt: '2026-11-05T10:00:00.000Z' });
    expect(linked(later, sooner)).toBe('sooner');
    expect(linked(later)).toBe('later');
    expect(linked(wardStay({ admittedAt: '2026-11-16T10:00:00.001Z' }))).toBeNull();
  });

  it('is the stay in which the referral lies rather than a later one', () => {
    const before = wardStay({ stayId: 'before', status: 'discharged', dischargedAt: '2026-11-02T11:00:00.000Z' });
    expect(linked(wardStay({ stayId: 'next', admittedAt: '2026-11-03T10:00:00.000Z' }), before)).toBe('before');
  });

  it('is the survivor of a stay merged away, also one that would not contain the referral', () => {
    const merged = wardStay({ stayId: 'merged', status: 'merged', mergedInto: 'survivor' });
    const survivor = wardStay({ stayId: 'survivor', admittedAt: '2026-12-24T10:00:00.000Z' });
    expect(linked(merged, survivor)).toBe('survivor');
  });

  it('is not that of a visit merged away once the stay it is part of was over', () => {
    const merged = wardStay({ stayId: 'merged', status: 'merged', mergedInto: 'survivor' });
    const over = { stayId: 'survivor', status: 'discharged', dischargedAt: '2026-11-02T09:00:00.000Z' } as const;
    expect(linked(merged, wardStay(over))).toBeNull();
    expect(linked(merged, wardStay({ ...over, dischargedAt: '2026-11-02T11:00:00.000Z' }))).toBe('survivor');
  });

  it('is found along a chain of merges, and is none where the last stay is not the person’s', () => {
    const first = wardStay({ stayId: 'first', status: 'merged', mergedInto: 'second' });
    const second = wardStay({ stayId: 'second', status: 'merged', mergedInto: 'third', admittedAt: null });
    expect(linked(first, second, wardStay({ stayId: 'third', admittedAt: null, status: 'known' }))).toBe('third');
    expect(linked(first, second)).toBeNull();
    expect(linked(first, second, wardStay({ stayId: 'next', admittedAt: '2026-11-04T10:00:00.000Z' }))).toBe('next');
  });

  it('stays a voided admission, so that its case is withdrawn and a later stay does not take it up', () => {
    const voided = wardStay(
      { stayId: 'voided', status: 'cancelled' },
      { admissionCancelledAt: '2026-11-02T12:00:00.000Z' },
    );
    const next = wardStay({ stayId: 'next', admittedAt: '2026-11-04T10:00:00.000Z' });
    expect(linked(voided, next)).toBe('voided');
  });

  it('is a stay that stands rather than a voided one around the same time', () => {
    const voided = wardStay({ stayId: 'z', status: 'cancelled' }, { admissionCancelledAt: '2026-11-02T12:00:00.000Z' });
    expect(linked(voided, wardStay({ stayId: 'a' }))).toBe('a');
  });

  it('is of two next admissions of the same time the one that stands: a visit voided and admitted anew under another number', () => {
    const admittedAt = '2026-11-05T10:00:00.000Z';
    const voided = wardStay({ stayId: 'a', status: 'cancelled', admittedAt });
    const anew = wardStay({ stayId: 'z', admittedAt });
    expect(linked(voided, anew)).toBe('z');
    expect(linked(voided, wardStay({ stayId: 'z', admittedAt: '2026-11-05T11:00:00.000Z' }))).toBe('a');
  });

  it('is not an admission that had been voided before the referral', () => {
    const voided = wardStay({ status: 'cancelled' }, { admissionCancelledAt: '2026-11-01T12:00:00.000Z' });
    expect(linked(voided)).toBeNull();
  });
});

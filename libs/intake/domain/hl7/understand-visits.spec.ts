import { understood, type Adt } from '../../testing/adt.js';

const survivor = 'S0001^^^RAL';
const merge = (more: Partial<Adt> = {}): Adt => ({
  event: 'A42',
  visit: survivor,
  extra: ['MRG|B9^^^RAL^MR||||S0002^^^RQM'],
  ...more,
});
const outcome = (message: Adt): string => {
  const read = understood(message);
  return read.kind === 'refused' ? read.fault.reason : read.kind === 'ignored' ? read.reason : read.kind;
};

describe('A merge of visits', () => {
  test.each(['A42', 'A35'])('%s gives MRG-5 up for PV1-19', (event) => {
    expect(understood(merge({ event }))).toMatchObject({
      kind: 'visits',
      merges: [{ survivor: { authority: 'RAL', number: 'S0001' }, loser: { authority: 'RQM', number: 'S0002' } }],
    });
  });

  test('without an authority is about visits of the sender', () => {
    const read = understood(merge({ visit: 'S0001', extra: ['MRG|||||S0002'], sender: 'RQM' }));
    expect(read).toMatchObject({
      merges: [{ survivor: { authority: 'RQM' }, loser: { authority: 'RQM', number: 'S0002' } }],
    });
  });

  test('takes no demographics and no place', () => {
    const read = understood(merge({ place: 'OAK^1^A^RAL', pid30: 'Y', pv1: { 10: '300' } }));
    const news = read.kind === 'visits' ? read.merges[0]?.news : undefined;
    expect(news).toMatchObject({ action: 'merge', specialty: '300' });
    for (const field of ['place', 'age', 'sex', 'homeAuthority', 'dead']) expect(news).not.toHaveProperty(field);
  });

  test.each<[string, Adt, string]>([
    [
      'names no visit that stays',
      merge({ visit: '' }),
      'PV1-19 is empty: the message does not name the visit that stays.',
    ],
    [
      'names no visit that is given up',
      merge({ extra: ['MRG|B9^^^RAL^MR'] }),
      'MRG-5 is empty: the message does not name the visit that is given up.',
    ],
    ['has no MRG', merge({ extra: [] }), 'MRG-5 is empty: the message does not name the visit that is given up.'],
    ['names one visit twice', merge({ extra: [`MRG|||||${survivor}`] }), 'MRG-5 and PV1-19 name the same visit.'],
    ['is of outpatients', merge({ patientClass: 'O' }), 'Patient class O: not an inpatient.'],
    ['says no class', merge({ patientClass: '' }), 'visits'],
  ])('that %s', (_, message, reason) => {
    expect(outcome(message)).toBe(reason);
  });
});

describe('A corrected identifier (A47)', () => {
  const corrected = (pid3: string, mrg1: string) => understood({ event: 'A47', pid3, extra: [`MRG|${mrg1}`] });
  const local = (value: string, type = 'MR') => ({ kind: 'local', authority: 'RAL', type, value });

  test('is put in the place of the wrong one of its kind, whatever stands beside it', () => {
    expect(corrected('9990000018^^^NHS^NH~B2^^^RAL^MR', 'B1^^^RAL^MR')).toMatchObject({
      kind: 'person',
      people: [],
      merges: [],
      corrections: [{ right: local('B2'), wrong: local('B1') }],
    });
    expect(corrected('9990000018^^^NHS^NH~B2^^^RAL^MR', '9990000026^^^NHS^NH')).toMatchObject({
      corrections: [{ right: { value: '9990000018' }, wrong: { value: '9990000026' } }],
    });
    expect(corrected('B2^^^RAL^MR', 'B1^^^RAL^PI')).toMatchObject({
      corrections: [{ right: local('B2'), wrong: local('B1', 'PI') }],
    });
  });

  test('that is in doubt is for a person to settle; where nothing was wrong there is nothing to do', () => {
    const doubt = { kind: 'refused', fault: { field: 'PID-3' } };
    expect(corrected('B2^^^RAL^MR~B3^^^RAL^MR', 'B1^^^RAL^MR')).toMatchObject(doubt);
    expect(corrected('9990000018^^^NHS^NH~B2^^^RAL^MR', 'B1^^^RAL^PI')).toMatchObject(doubt);
    expect(corrected('B1^^^RAL^MR', 'B1^^^RAL^MR')).toMatchObject({ kind: 'ignored' });
    expect(corrected('B1^^^RAL^MR', '')).toMatchObject({ kind: 'refused', fault: { field: 'MRG-1' } });
  });
});

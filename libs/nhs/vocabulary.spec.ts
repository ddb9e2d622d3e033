import { readFileSync } from 'node:fs';
import {
  boroughOf,
  defaultOwnerOf,
  delayReasonOf,
  delayReasons,
  dischargeDestinations,
  familyOf,
  isDead,
  isDelayReason,
  isDischargeMethod,
  isEmergency,
  isPathway,
  isTransfer,
  needsWhyNotHome,
  outwardOf,
  pathways,
  pathwayTitle,
  reasonByLabel,
  authorityNames,
  shippedOutwardTable,
} from './index.js';

describe('the delay reasons', () => {
  it('are the 37 of the situation report, in five families', () => {
    expect(delayReasons).toHaveLength(37);
    const sizes = Object.entries(Object.groupBy(delayReasons, ({ family }) => family)).map(([f, r]) => [f, r.length]);
    expect(Object.fromEntries(sizes)).toEqual({ HP: 7, WB: 4, CTH: 3, IF: 12, CAP: 11 });
  });

  it('are known by code, exactly as written', () => {
    expect(isDelayReason('CAP11')).toBe(true);
    for (const wrong of ['CAP12', 'HP0', 'hp1', 'HP', '', 'toString', 'HP10']) expect(isDelayReason(wrong)).toBe(false);
    expect(familyOf('CTH2')).toBe('CTH');
    expect(familyOf('X1')).toBeUndefined();
    expect(delayReasonOf('IF9')?.label).toBe('Homeless with no recourse to public funds');
  });

  it('have a default owner each (domain.md §1.6)', () => {
    const owned = (owner: string) => delayReasons.filter((r) => r.defaultOwner === owner).map((r) => r.code);
    expect(owned('acute-trust')).toEqual(['HP1', 'HP2', 'HP3', 'HP4', 'HP5', 'HP6', 'HP7']);
    expect(owned('hub')).toEqual(['CTH1', 'CTH2', 'CTH3']);
    expect(owned('council')).toEqual(['IF1', 'IF2', 'IF6', 'CAP1', 'CAP2', 'CAP7', 'CAP11']);
    expect(owned('nhs')).toEqual(['IF3', 'IF5', 'IF7', 'CAP3', 'CAP5', 'CAP6', 'CAP8']);
    expect(owned('housing')).toEqual(['IF4', 'CAP4']);
    expect(owned('joint')).toEqual(['WB1', 'WB2', 'WB3', 'WB4', 'IF8', 'IF9', 'IF10', 'IF11', 'IF12', 'CAP9', 'CAP10']);
    expect(defaultOwnerOf('nothing')).toBeUndefined();
  });

  it('are recognised by every label of the published file, misspelt as it is', () => {
    const file = readFileSync(new URL('../../../shared/data/published-2024-25.json', import.meta.url), 'utf8');
    const labels = new Set(
      [...file.matchAll(/"reason": ("[^"]+")/g)].map((match) => String(JSON.parse(match[1] ?? '""'))),
    );
    expect(labels.size).toBeGreaterThanOrEqual(37);
    const found = new Set([...labels].map((label) => reasonByLabel(label)?.code ?? `unknown: ${label}`));
    expect([...found].sort()).toEqual(delayReasons.map((r) => r.code).sort());
  });
});

describe('the code lists', () => {
  it('take the union of both lists of destinations', () => {
    expect(dischargeDestinations).toHaveLength(26);
    expect(new Set(dischargeDestinations.map((d) => d.code)).size).toBe(26);
  });

  it('know a transfer, a death and an emergency', () => {
    expect(dischargeDestinations.filter((d) => isTransfer(d.code)).map((d) => d.code)).toEqual(
      '49 50 51 52 53 84 87'.split(' '),
    );
    expect([isDead('4', null), isDead('5', '19'), isDead('1', '79'), isDead('1', '19'), isDead(null, null)]).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    const emergencies = '21 22 23 24 25 28 2A 2B 2C 2D'.split(' ');
    expect(emergencies.every(isEmergency)).toBe(true);
    expect(['11', '12', '13', '31', '32', '81', '82', '83', '98', '99', '26', ''].some(isEmergency)).toBe(false);
  });

  it('have no discharge method 2', () => {
    expect([...'123456789'].filter(isDischargeMethod)).toEqual([...'13456789']);
  });
});

describe('the pathways', () => {
  it('are 0 to 3; 2 and 3 need a reason why not home', () => {
    expect(pathways.map(({ pathway }) => pathway)).toEqual([0, 1, 2, 3]);
    expect(pathways.filter(({ pathway }) => needsWhyNotHome(pathway)).map(({ short }) => short)).toEqual(['P2', 'P3']);
    expect([-1, 0, 3, 4, 1.5].map(isPathway)).toEqual([false, true, true, false, false]);
    expect(pathwayTitle(1)).toBe('P1: Home with support to recover');
  });
});

describe('a postcode', () => {
  it.each([
    ['N12 0AA', 'N12'],
    ['n120aa', 'N12'],
    ['N12', 'N12'],
    ['N1 2AB', 'N1'],
    ['EN5 5XY', 'EN5'],
    ['SW1A 1AA', 'SW1A'],
    ['SW1A', 'SW1A'],
    ['W1T 4TJ', 'W1T'],
    ['', null],
    ['12 ABC', null],
    ['N12 0A', null],
    ['Barnet', null],
  ])('"%s" has the outward part %s', (postcode, outward) => {
    expect(outwardOf(postcode)).toBe(outward);
  });

  it('gives the authority that most of the outward code lies in, or none', () => {
    expect(boroughOf('N12')).toBe('E09000003');
    expect(boroughOf('ZZ9')).toBeNull();
    expect(boroughOf('toString')).toBeNull();
    expect(boroughOf(null)).toBeNull();
    expect(boroughOf('ZZ9', { ZZ9: 'E09000001' })).toBe('E09000001');
    expect(Object.values(shippedOutwardTable).every((code) => Object.hasOwn(authorityNames, code))).toBe(true);
  });
});

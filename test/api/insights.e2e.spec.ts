import { makeTestNumber } from '#libs/nhs/nhs-number.js';
import { BoroughTeller } from './support/figures/borough.js';
import { figureOf, metrics, type Asked, type Figure } from './support/figures/calculator.js';
import { dayOf, plus } from './support/figures/days.js';
import { FrontDoor } from './support/figures/front-door.js';
import type { Borough, ToldStay, WardMessage } from './support/figures/told.js';
import { viewOf, type View } from './support/figures/view.js';

type Json = Readonly<Record<string, unknown>>;
interface Shown {
  readonly key: string;
  readonly value: number | null;
  readonly numerator: number | null;
  readonly denominator: number | null;
}

const sum = (units: readonly { readonly top: number }[]): number => units.reduce((all, { top }) => all + top, 0);

/** Every figure of metrics.md, worked out a second time from what was sent in, and compared to the last digit. */
describe('the figures of a borough', () => {
  let door: FrontDoor;
  let borough: Borough;
  let now: string;
  let today: string;
  const views = new Map<number, View>();
  const differences: string[] = [];
  let compared = 0;

  const view = (phase: number): View => {
    const made = views.get(phase) ?? viewOf(borough, phase, phase === 5 ? now : (borough.after[phase] ?? now));
    views.set(phase, made);
    return made;
  };
  const urlOf = (id: string, { filters, ...asked }: Asked, phase: number, people = false): string => {
    const query = new URLSearchParams({
      ...asked,
      ...filters,
      ...(phase < 5 ? { knownAt: borough.after[phase] ?? '' } : {}),
    });
    return `/metrics/${id}${people ? '/people' : ''}?${query.toString()}`;
  };
  const asText = (value: unknown): string => JSON.stringify(value) ?? 'undefined';
  const differ = (what: string, ours: unknown, theirs: unknown): void => {
    compared += 1;
    if (asText(ours) !== asText(theirs))
      differences.push(`${what}: by the text ${asText(ours)}, answered ${asText(theirs)}`);
  };

  const peopleOf = async (id: string, asked: Asked, phase = 5): Promise<readonly Json[]> => {
    const all: Json[] = [];
    let cursor = '';
    do {
      const page = await door.as('idt').get(`${urlOf(id, asked, phase, true)}&limit=500${cursor}`);
      if (page.status !== 200) throw new Error(JSON.stringify(page.body));
      all.push(...(page.json['items'] as readonly Json[]));
      cursor =
        typeof page.json['nextCursor'] === 'string' ? `&cursor=${encodeURIComponent(page.json['nextCursor'])}` : '';
    } while (cursor !== '');
    return all;
  };

  const compare = async (id: string, asked: Asked, phase = 5): Promise<Figure> => {
    const ours = figureOf(view(phase), id, asked);
    const url = urlOf(id, asked, phase);
    const answer = await door.as('idt').get(url);
    const { json } = answer;
    if (answer.status !== 200) {
      differ(url, 200, answer.body);
      return ours;
    }
    for (const field of ['value', 'numerator', 'denominator'] as const) {
      if (metrics[id]?.day && asked.at === undefined && field !== 'value') continue;
      differ(`${url} ${field}`, ours[field], json[field]);
    }
    if (differences.length < 5 && asText(ours.value) !== asText(json['value'])) {
      const shown = (await peopleOf(id, asked, phase)).map((one) => asText(one['stayId'] ?? one['caseId']));
      const own = ours.units.map(({ stayId, caseId }) => asText(stayId ?? caseId));
      differ(
        `${url} who`,
        own.filter((it) => !shown.includes(it)),
        shown.filter((it) => !own.includes(it)),
      );
    }
    if (ours.p90 !== null) differ(`${url} p90`, ours.p90, json['p90']);
    // A group in which nobody counts on either side says nothing.
    const inOrder = (groups: readonly Shown[]): unknown[] =>
      groups
        .filter(
          ({ numerator, denominator }) => metrics[id]?.groups !== undefined || numerator !== 0 || denominator !== 0,
        )
        .sort((a, b) => (a.key < b.key ? -1 : 1))
        .map(({ key, value, numerator, denominator }) => [key, value, numerator, denominator]);
    differ(`${url} groups`, inOrder(ours.groups), inOrder(json['groups'] as readonly Shown[]));
    const quality = json['quality'] as Json;
    if (!(metrics[id]?.day && asked.at === undefined))
      for (const kind of ['blank', 'faults', 'pending'] as const)
        differ(`${url} ${kind}`, ours.quality[kind], quality[kind] ?? 0);
    return ours;
  };

  const windows = (): readonly { from: string; to: string }[] => [
    { from: plus(today, -430), to: plus(today, 1) },
    { from: plus(today, -200), to: plus(today, -100) },
    { from: plus(today, -60), to: plus(today, 1) },
    { from: plus(today, -1000), to: plus(today, -900) },
  ];
  const idsOf = (kind: 'day' | 'window'): string[] =>
    Object.keys(metrics).filter((id) => metrics[id]?.[kind] !== undefined);
  const none = (): void => {
    expect(differences.splice(0).slice(0, 40)).toEqual([]);
  };

  beforeAll(async () => {
    door = await FrontDoor.open();
    borough = await new BoroughTeller(door, 20_261_123, 220).tell();
    now = new Date().toISOString();
    today = dayOf(now);
  }, 240_000);
  afterAll(async () => {
    await door?.app.stop();
  }, 30_000);

  it('are those of the text, with its versions', async () => {
    const listed = await door.items('idt', '/metrics');
    expect(
      Object.fromEntries(
        listed.map((one) => [one['id'], (one['versions'] as readonly Json[]).map(({ version }) => version)]),
      ),
    ).toEqual(Object.fromEntries(Object.entries(metrics).map(([id, { versions }]) => [id, versions])));
  });

  it('agree in every version and window', async () => {
    for (const id of idsOf('window'))
      for (const version of metrics[id]?.versions ?? [])
        for (const window of windows()) await compare(id, { ...window, version });
    none();
  }, 60_000);

  it('open to the people behind them, one a unit, each with its events', async () => {
    const [window] = windows();
    for (const id of Object.keys(metrics))
      for (const version of metrics[id]?.versions ?? []) {
        const asked = { ...(metrics[id]?.day ? { at: plus(today, -18) } : window), version };
        const { units } = figureOf(view(5), id, asked);
        const behind = [...new Map(units.map((unit, index) => [unit.once ?? String(index), unit])).values()];
        const divides = behind.some(({ bottom }) => bottom > 0);
        const items = await peopleOf(id, asked);
        if (divides && metrics[id]?.kind === 'share')
          differ(
            `${id} ${version} people in the numerator`,
            sum(behind),
            items.filter(({ inNumerator }) => inNumerator === true).length,
          );
        differ(
          `${id} ${version} people`,
          behind
            .filter(({ bottom, top }) => (divides ? bottom > 0 : top > 0))
            .flatMap(({ stayId, caseId, top }) => Array.from({ length: divides ? 1 : top }, () => stayId ?? caseId))
            .sort(),
          items
            .map(({ stayId, caseId }) =>
              behind.some((unit) => unit.stayId !== undefined && unit.stayId === stayId) ? stayId : caseId,
            )
            .sort(),
        );
        differ(
          `${id} ${version} events behind`,
          [],
          items.filter(({ events }) => (events as readonly unknown[]).length === 0),
        );
      }
    none();
  }, 60_000);

  it('agree in every group', async () => {
    const [whole, middle] = windows();
    const definitions = await door.items('idt', '/metrics');
    for (const { id, groupBy } of definitions as readonly { id: string; groupBy: string[] }[])
      for (const group of groupBy)
        // A case that waits through several months or days is in each of them.
        if (id === 'delay.people' && ['month', 'day'].includes(group)) continue;
        else if (metrics[id]?.window)
          for (const window of [whole, middle]) await compare(id, { ...window, groupBy: group });
        else await compare(id, { at: plus(today, -20), groupBy: group });
    none();
  }, 120_000);

  it('agree on days and in series of days', async () => {
    for (const id of idsOf('day')) {
      for (const ago of [0, 1, 30, 90, 200, 500]) await compare(id, { at: plus(today, -ago) });
      await compare(id, { from: plus(today, -40), to: plus(today, -10) });
    }
    for (const id of idsOf('window')) await compare(id, { at: plus(today, -35) });
    none();
  }, 60_000);

  it('agree for a hospital, a ward, an authority, an age band', async () => {
    const [window] = windows();
    const filters = [
      { hospital: 'RAL' }, { ward: 'CEDAR' }, { authority: 'E09000003' }, { ageBand: '75-84' }, { ageBand: '18-64', hospital: 'RRV' },
    ]; // prettier-ignore
    for (const id of Object.keys(metrics))
      for (const filter of filters)
        await compare(id, { ...(metrics[id]?.day ? { at: plus(today, -15) } : window), filters: filter });
    none();
  }, 120_000);

  it('agree with what was known before each wave of news', async () => {
    const [window] = windows();
    for (const id of Object.keys(metrics))
      for (const phase of [0, 1, 2, 3, 4])
        await compare(id, metrics[id]?.day ? { at: plus(today, -12) } : { ...window }, phase);
    none();
  }, 120_000);

  it('were held against the text thousands of times', () => expect(compared).toBeGreaterThan(5000));
});

/** metrics.md §5, and the rows of domain.md §1.4, each as a stay on a ward of its own name. */
describe('the vectors of the text', () => {
  let door: FrontDoor;
  let sent = 0;
  const stay = async (
    ward: string,
    times: { in: string; out?: string; criteria?: readonly (readonly ['Y' | 'N', string])[] },
  ): Promise<ToldStay> => {
    sent += 1;
    const person = {
      number: 800_000 + sent,
      nhsNumber: makeTestNumber(800_000 + sent),
      birthDate: '1940-02-15',
      sex: 'F',
      postcode: 'N12 0AA',
      stays: [],
      cases: [],
      deaths: [],
    } as const;
    const told: ToldStay = {
      stayId: '',
      person: { ...person, stays: [], cases: [], deaths: [] },
      hospital: 'VEC',
      admissionMethod: '21',
      messages: [],
    };
    const common = { phase: 0, ward, admittedAt: times.in };
    const messages: WardMessage[] = [
      { ...common, type: 'A01', at: times.in, recorded: times.in },
      ...(times.criteria ?? []).map(([fit, at]): WardMessage => ({ ...common, type: 'A08', at, recorded: at, fit })),
      ...(times.out === undefined
        ? []
        : [
            {
              ...common,
              type: 'A03',
              at: times.out,
              recorded: times.out,
              dischargedAt: times.out,
              method: '1',
              destination: '19',
            } as const,
          ]),
    ];
    const [stayId] = await door.ward(messages.map((message) => door.message(told, message, `VEC${String(sent)}`)));
    return { ...told, stayId: stayId ?? '' };
  };
  const byWard = async (id: string, query: string): Promise<Record<string, number | null>> => {
    const answer = await door.as('idt').get(`/metrics/${id}?${query}&hospital=VEC&groupBy=ward`);
    const groups = answer.json['groups'] as readonly Shown[];
    return Object.fromEntries(groups.map(({ key, value }) => [key, value]));
  };

  beforeAll(async () => {
    door = await FrontDoor.open();
    const march = (day: number, time: string): string => `2026-03-${String(day).padStart(2, '0')}T${time}:00.000Z`;
    const admitted = '2026-02-20T10:00:00.000Z';
    await stay('SAMEDAY', { in: admitted, out: march(5, '18:00'), criteria: [['Y', march(5, '09:00')]] });
    await stay('BLANK', { in: admitted, out: march(5, '18:00') });
    await stay('LATE', { in: admitted, out: march(6, '09:00'), criteria: [['Y', march(5, '23:50')]] });
    await stay('THREE', { in: admitted, out: march(8, '12:00'), criteria: [['Y', march(5, '12:00')]] });
    await stay('FINALRUN', {
      in: admitted,
      out: march(12, '12:00'),
      criteria: [['Y', march(5, '12:00')], ['N', march(7, '12:00')], ['Y', march(10, '12:00')]],
    }); // prettier-ignore
    await stay('LONG', { in: admitted, out: march(22, '12:00'), criteria: [['Y', march(1, '12:00')]] });
    await stay('INBED', {
      in: admitted,
      criteria: [
        ['Y', march(5, '12:00')],
        ['N', march(7, '12:00')],
      ],
    });
    await stay('FORWARD', { in: '2025-03-29T23:30:00.000Z', out: '2025-03-30T00:30:00.000Z' });
    await stay('SUMMER', { in: '2025-03-30T22:30:00.000Z', out: '2025-03-30T23:30:00.000Z' });
    await door.app.settled();
  }, 60_000);
  afterAll(async () => door?.app.stop(), 30_000);

  it('each row of the table of discharge ready dates', async () => {
    const window = 'from=2026-03-01&to=2026-04-01';
    expect(await byWard('drd.average-delay', window)).toEqual({
      SAMEDAY: 0,
      BLANK: 0,
      LATE: 1,
      THREE: 3,
      FINALRUN: 2,
      LONG: 21,
    });
    const buckets = (await door.as('idt').get(`/metrics/drd.delay-buckets?${window}&hospital=VEC`)).json;
    expect((buckets['groups'] as readonly Shown[]).map(({ key, numerator }) => [key, numerator])).toEqual([
      ['0', 2], ['1', 1], ['2-3', 2], ['4-6', 0], ['7-13', 0], ['14-20', 0], ['21+', 1],
    ]); // prettier-ignore
    expect(buckets['quality']).toMatchObject({ blank: 1 });
    expect((await byWard('nctr.remaining', 'at=2026-03-06'))['INBED']).toBe(1);
    expect((await byWard('nctr.remaining', 'at=2026-03-08'))['INBED']).toBeUndefined();
  });

  it('the three identities of delay', async () => {
    const ids = ['drd.same-day-share', 'drd.average-delay', 'drd.average-delay-excluding-zero', 'drd.bed-days-lost'];
    const [share, mean, delayed, days] = await Promise.all(
      ids.map(async (id) => {
        const { json } = await door.as('idt').get(`/metrics/${id}?from=2026-03-01&to=2026-04-01&hospital=VEC`);
        return { value: Number(json['value']), top: Number(json['numerator']), bottom: Number(json['denominator']) };
      }),
    );
    if (!share || !mean || !delayed || !days) throw new Error('A figure is missing.');
    expect(mean.value).toBeCloseTo((1 - share.value) * delayed.value, 12);
    expect(days.value).toBe(mean.top);
    expect(share.bottom).toBe(share.top + delayed.bottom);
  });

  it('a wait from Monday to Wednesday is two bed days, and two waits that overlap are three', async () => {
    const wait = async (ward: string, ...spans: readonly (readonly [string, string, string])[]): Promise<void> => {
      const told = await stay(ward, { in: '2026-05-20T10:00:00.000Z', criteria: [['Y', '2026-05-30T10:00:00.000Z']] });
      const { nhsNumber, birthDate, sex, postcode } = told.person;
      const referral = await door.post('idt', '/cases', {
        person: { nhsNumber, birthDate, sex, postcode, familyName: 'Testperson', givenNames: 'Ada' },
        hospital: 'VEC',
        homeAuthority: 'E09000003',
        needs: { summary: 'Help' },
        involvement: { person: 'Agrees' },
        referredBy: 'Ward',
        occurredAt: '2026-05-30T11:00:00.000Z',
      });
      const path = `/cases/${referral.text('caseId')}/delays`;
      for (const [reason, from, to] of spans) {
        const made = await door.post('idt', path, { reason, occurredAt: from });
        await door.post('idt', `${path}/${made.text('delayId')}/end`, { occurredAt: to });
      }
    };
    await wait('ONE', ['HP1', '2026-06-01T09:00:00.000Z', '2026-06-03T08:00:00.000Z']);
    await wait(
      'TWO',
      ['HP1', '2026-06-01T09:00:00.000Z', '2026-06-03T09:00:00.000Z'],
      ['WB2', '2026-06-02T09:00:00.000Z', '2026-06-04T09:00:00.000Z'],
    );
    await door.app.settled();
    const june = 'from=2026-06-01&to=2026-07-01';
    expect(await byWard('delay.bed-days', june)).toEqual({ ONE: 2, TWO: 3 });
    const byReason = await door.as('idt').get(`/metrics/delay.bed-days?${june}&hospital=VEC&ward=TWO&groupBy=reason`);
    expect((byReason.json['groups'] as readonly Shown[]).map(({ key, value }) => [key, value])).toEqual([
      ['HP1', 2],
      ['WB2', 2],
    ]);
  });

  it('a night in which the clocks go forward is one night', async () => {
    expect(await byWard('los.mean', 'from=2025-03-01&to=2025-04-01')).toEqual({ FORWARD: 1, SUMMER: 1 });
  });
});

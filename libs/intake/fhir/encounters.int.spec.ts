import { Users } from '#libs/access/postgres-users.js';
import { newId } from '#libs/platform/ids.js';
import { PeopleDirectory } from '#libs/people/port.js';
import { patient, wardNumber, type Told } from '../testing/fhir.js';
import { errorsOf, howOf, issuesOf, put, stayAfter } from '../testing/fhir-ward.js';
import { startWard, t, type Ward } from '../testing/ward.js';
import { systems } from '../domain/fhir/urls.js';

let here: Ward;
beforeAll(async () => {
  here = await startWard();
}, 60_000);
afterAll(() => here.app.stop());

const iso = (hhmm: string): string => `2026-11-03T${hhmm}:00.000Z`;
let visits = 0;
/** A stay and a person nobody has heard of. */
const someone = (more: Told = {}): Told => {
  visits += 1;
  const id = `F${String(visits)}`;
  return { id, visit: id, recorded: iso('09:05'), patient: patient({ identifier: [wardNumber(id, 'MR')] }), ...more };
};
const at = (who: Told, recorded: string, more: Told = {}): Told => ({ ...who, recorded: iso(recorded), ...more });

describe('PUT /fhir/R4/Encounter/{id}', () => {
  test('makes a stay, moves it, ends it, opens it again and takes it back', async () => {
    const who = someone({ at: [{ place: 'LARCH/1/A', from: iso('09:00') }] });
    const show = async (told: Told) => {
      const answer = await put(here.admin, told);
      expect([answer.status, howOf(answer.body).acknowledgement]).toEqual([200, 'AA']);
      return stayAfter(here, answer.body);
    };
    expect(await show(who)).toMatchObject({
      status: 'open',
      hospital: 'RAL',
      ward: 'LARCH',
      room: '1',
      bed: 'A',
      admittedAt: iso('09:00'),
    });
    const moved = at(who, '11:05', {
      at: [
        { place: 'LARCH/1/A', from: iso('09:00'), to: iso('11:00') },
        { place: 'OAK/2/B', from: iso('11:00') },
      ],
    });
    expect(await show(moved)).toMatchObject({
      ward: 'OAK',
      moves: [{ at: iso('11:00'), from: { ward: 'LARCH' }, to: { ward: 'OAK' } }],
    });
    const assessed = { meets: false, assessedAt: iso('11:30'), codes: ['R2'] };
    expect(await show({ ...moved, recorded: iso('12:00'), criteria: assessed, expected: '2026-11-06' })).toMatchObject({
      expectedDischargeDate: '2026-11-06',
      criteriaToReside: { meets: false, since: iso('11:30') },
    });
    expect(await show({ ...moved, recorded: iso('13:00'), status: 'onleave', criteria: assessed })).toMatchObject({
      onLeave: true,
      expectedDischargeDate: null,
    });
    const left = {
      ...moved,
      recorded: iso('15:05'),
      status: 'finished',
      end: iso('15:00'),
      destination: '19',
      dischargeMethod: '1',
    };
    expect(await show(left)).toMatchObject({
      status: 'discharged',
      dischargedAt: iso('15:00'),
      destinationCode: '19',
      methodCode: '1',
      onLeave: false,
    });
    expect(await show({ ...moved, recorded: iso('16:00') })).toMatchObject({
      status: 'open',
      dischargedAt: null,
      destinationCode: null,
    });
    expect(await show({ ...who, recorded: iso('17:00'), status: 'entered-in-error' })).toMatchObject({
      status: 'cancelled',
    });
    expect(await show({ ...who, recorded: iso('18:00') })).toMatchObject({ status: 'open' });
    const stream = await here.app.store.readStream(`stay-${howOf((await put(here.admin, who)).body).stayId ?? ''}`);
    expect(stream.map(({ type }) => type)).toEqual([
      'StayDetailsChanged', 'StayDetailsChanged', 'StayDetailsChanged', 'WentOnLeave', 'PatientDischarged', 'StayDetailsChanged', 'AdmissionCancelled', 'StayDetailsChanged',
    ]); // prettier-ignore
  });

  test('says that it came before, whatever of it changed that is not read; another version of the same is taken', async () => {
    const who = someone();
    const first = await put(here.admin, who);
    const again = await put(here.admin, { ...who, more: { text: { status: 'generated', div: '<div/>' } } });
    expect([again.status, issuesOf(again.body)[0]?.[1]]).toEqual([200, 'duplicate']);
    expect(howOf(again.body)).toEqual(howOf(first.body));
    const other = await put(here.admin, { ...who, version: '2' });
    expect([issuesOf(other.body)[0]?.[3], howOf(other.body).stayId]).toEqual([
      'It was taken.',
      howOf(first.body).stayId,
    ]);
    expect(await here.feed('fhir:admin')).toMatchObject({ hospitals: ['RAL'] });
  });

  test('leaves alone what is not an inpatient, and says why', async () => {
    const answer = await put(here.admin, someone({ class: 'EMER' }));
    expect([answer.status, issuesOf(answer.body)]).toEqual([
      200,
      [['information', 'not-supported', 'Encounter', 'Class EMER: not an inpatient (IMP).']],
    ]);
    expect(howOf(answer.body)).toMatchObject({ acknowledgement: 'AA' });
  });

  test('refuses what has no recorded time, keeps it in quarantine, and names every fault', async () => {
    const answer = await put(
      here.admin,
      someone({ recorded: null, status: 'finished', start: '2026', patient: patient({ family: 'SECRETNAME' }) }),
    );
    expect(answer.status).toBe(422);
    expect(errorsOf(answer.body)).toEqual([
      ['required', 'Encounter.meta.lastUpdated'],
      ['value', 'Encounter.period.start'],
      ['required', 'Encounter.period.end'],
    ]);
    const { items } = (await here.admin.get('/quarantine')).json as { items: Record<string, unknown>[] };
    expect(items.find(({ controlId }) => controlId === howOf(answer.body).controlId)).toMatchObject({
      kind: 'Encounter/finished',
      field: 'Encounter.meta.lastUpdated',
      hospital: 'RAL',
      feed: 'fhir:admin',
    });
  });

  test('keeps nothing of what is no Encounter, or of another id', async () => {
    const client = here.admin;
    const fhir = { 'content-type': 'application/fhir+json' };
    const send = (body: unknown) => client.put('/fhir/R4/Encounter/enc-9', JSON.stringify(body), fhir);
    const wrong = await send({ resourceType: 'Encounter', id: 'enc-9', status: 7 });
    expect([wrong.status, errorsOf(wrong.body)]).toEqual([400, [['structure', 'Encounter.status']]]);
    expect(errorsOf((await send({ resourceType: 'Patient', id: 'enc-9' })).body)).toEqual([
      ['structure', 'Encounter.resourceType'],
    ]);
    expect(errorsOf((await send({ resourceType: 'Encounter', id: 'enc-8', status: 'planned' })).body)).toEqual([
      ['value', 'Encounter.id'],
    ]);
    expect(errorsOf((await send([])).body)).toEqual([['structure', 'Encounter.resourceType']]);
  });

  test('a person has no details here until referred; then the next Encounter brings them', async () => {
    const number = '9990000050';
    const who = someone({ patient: patient({ identifier: [{ system: systems.nhsNumber, value: number }] }) });
    const { personId } = await stayAfter(here, (await put(here.admin, who)).body);
    const directory = here.app.get(PeopleDirectory);
    const details = async () => (await directory.details([String(personId)])).get(String(personId));
    expect(await details()).toBeUndefined();
    const data = { hospital: 'RAL', ward: null, homeAuthority: 'E09000003', expectedDischargeDate: null, needs: {}, flags: [], involvement: {}, referredBy: 'a tester', previousCaseId: null }; // prettier-ignore
    const event = {
      eventId: newId(),
      type: 'CaseReferred',
      schemaVersion: 1,
      occurredAt: iso('09:30'),
      personId: String(personId),
      data,
    };
    const actor = { id: 'test', role: 'idt', organisation: 'E09000003' };
    await here.app.store.append(`case-${newId()}`, 'no-stream', [event], {
      correlationId: 'test',
      actor,
      source: 'api',
    });
    await here.app.settled();
    await here.app.settled(howOf((await put(here.admin, at(who, '10:00'))).body).position);
    expect(await details()).toMatchObject({
      nhsNumber: number,
      familyName: 'TESTPATIENT',
      givenNames: 'ADA',
      birthDate: '1940-02-15',
      sex: 'F',
      postcode: 'N12 0AA',
    });
    expect(
      await here.app.store
        .readAll('0', { types: ['StayDetailsChanged'] }, 1000)
        .then(({ events }) => JSON.stringify(events)),
    ).not.toMatch(/TESTPATIENT|1940-02-15|N12 0AA|9990000050/);
  });

  test('a stay told of by HL7 and by FHIR is one stay', async () => {
    const who = someone();
    const hl7 = await here.send({
      event: 'A01',
      visit: `${who.visit ?? ''}^^^RAL`,
      pid3: `${who.visit ?? ''}^^^RAL^MR`,
      recorded: t('0900'),
      place: 'ELM^1^A^RAL',
    });
    const fhir = await put(here.admin, at(who, '11:05', { at: [{ place: 'OAK', from: iso('11:00') }] }));
    expect(howOf(fhir.body).stayId).toBe(hl7.messages[0]?.stayId);
    const stay = await stayAfter(here, fhir.body);
    expect(stay).toMatchObject({
      ward: 'OAK',
      moves: [{ from: { ward: 'ELM', room: '1', bed: 'A' }, to: { ward: 'OAK' } }],
    });
  });
});

describe('Who may send Encounters', () => {
  test('a ward for its own hospital only, a feed for whom it names, others not at all', async () => {
    await here.app.get(Users).add({ username: 'feed', password: 'feed', role: 'feed', organisation: 'RRV' });
    const feed = await here.app.api('feed', 'feed');
    const other = { serviceProvider: { identifier: { system: systems.odsOrganisation, value: 'RRV' } } };
    expect((await put(here.ward, someone())).status).toBe(200);
    const foreign = await put(here.ward, someone({ more: other }));
    expect([foreign.status, errorsOf(foreign.body)]).toEqual([403, [['forbidden', 'Encounter']]]);
    expect((await put(feed, someone())).status).toBe(200);
    expect((await put(await here.app.api('idt'), someone())).status).toBe(403);
    const nobody = await put(await here.app.api(), someone());
    expect([nobody.status, nobody.json['resourceType'], issuesOf(nobody.body)[0]?.[1]]).toEqual([
      401,
      'OperationOutcome',
      'login',
    ]);
    // A stay that another hospital has told of, under a name of one's own.
    const theirs = someone({ more: { identifier: [wardNumber('SHARED', 'VN')], ...other }, at: [] });
    expect((await put(feed, theirs)).status).toBe(200);
    expect((await put(here.ward, someone({ more: { identifier: [wardNumber('SHARED', 'VN')] } }))).status).toBe(403);
  });
});

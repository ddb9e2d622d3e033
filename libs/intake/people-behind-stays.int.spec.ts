import { PeopleDirectory } from '#libs/people/port.js';
import { newId } from '#libs/platform/ids.js';
import { adt, type Adt } from './testing/adt.js';
import { startWard, t, type Ward } from './testing/ward.js';

let here: Ward;
beforeAll(async () => {
  here = await startWard();
}, 60_000);
afterAll(() => here.app.stop());

const referred = async (personId: string): Promise<{ position: string }> => {
  const appended = await here.app.store.append(
    `case-${newId()}`,
    'no-stream',
    [
      {
        eventId: newId(),
        type: 'CaseReferred',
        schemaVersion: 1,
        occurredAt: '2026-11-03T09:30:00.000Z',
        personId,
        data: {
          hospital: 'RAL',
          ward: null,
          homeAuthority: 'E09000003',
          expectedDischargeDate: null,
          needs: {},
          flags: [],
          involvement: {},
          referredBy: 'a tester',
          previousCaseId: null,
        },
      },
    ],
    { correlationId: 'test', actor: { id: 'test', role: 'idt', organisation: 'E09000003' }, source: 'api' },
  );
  if (!appended.ok) throw new Error('not appended');
  return appended;
};

describe('People behind stays', () => {
  const directory = () => here.app.get(PeopleDirectory);

  test('have no details here until they are referred; then the next ward message brings them', async () => {
    const who = { ...here.someone(), pid3: '9990000034^^^NHS^NH' };
    const sent = await here.send({ ...who, event: 'A01', recorded: t('0900') });
    const { personId } = (await here.stayOf(sent)) as { personId: string };
    expect((await directory().details([personId])).get(personId)).toBeUndefined();
    const { position } = await referred(personId);
    await here.app.settled(position);
    const after = await here.send({ ...who, event: 'A08', recorded: t('1000') });
    await here.app.settled(after.position);
    expect((await directory().details([personId])).get(personId)).toMatchObject({
      familyName: 'TESTPATIENT',
      birthDate: '1940-02-15',
    });
  });

  test('have the details of a ward message that comes right after the referral, before any read model heard of it', async () => {
    const who = here.someone();
    const sent = await here.send({ ...who, event: 'A01', recorded: t('0900') });
    const personId = String((await here.stayOf(sent))['personId']);
    const metadata = { correlationId: 'test', actor: { id: 'test', role: 'idt', organisation: 'E09' }, source: 'api' };
    await directory().recordDetails(personId, { familyName: 'Misheard' }, 'referral', metadata, '2026-11-03T09:30:00Z');
    const after = await here.send({ ...who, event: 'A31', recorded: t('1000') });
    await here.app.settled(after.position);
    expect((await directory().details([personId])).get(personId)).toMatchObject({ familyName: 'TESTPATIENT' });
  });

  test('are told to have died when their stay says so, and not to have when it is taken back', async () => {
    const who = { ...here.someone(), pid3: '9990000042^^^NHS^NH' };
    const died = await here.send(
      { ...who, event: 'A01', recorded: t('0900') },
      { ...who, event: 'A03', recorded: t('1500'), pv1: { 36: '4', 37: '79' } },
    );
    const { personId } = (await here.stayOf(died)) as { personId: string };
    const deaths = async () =>
      (await here.app.store.readStream(`person-${personId}`))
        .map(({ type }) => type)
        .filter((type) => type.startsWith('Death'));
    expect(await deaths()).toEqual(['DeathRecorded']);
    await here.stayOf(await here.send({ ...who, event: 'A13', recorded: t('1600') }));
    expect(await deaths()).toEqual(['DeathRecorded', 'DeathRecordWithdrawn']);
  });

  test('died or not by the message recorded last, whichever came first, also without any stay', async () => {
    const news = (who: string, event: Partial<Adt>): Adt => ({ event: 'A31', pid3: who, ...event });
    const deaths = async (who: string, messages: readonly Adt[]): Promise<string[]> => {
      for (const message of messages) await here.send({ ...message, pid3: who });
      await here.app.settled();
      const { events } = await here.app.store.readAll(
        '0',
        { streamPrefixes: ['person-'], types: ['DeathRecorded', 'DeathRecordWithdrawn'] },
        1000,
      );
      return events.filter(({ data }) => String(data['source']).startsWith('news-')).map(({ type }) => type);
    };
    const died = news('', { recorded: t('1000'), pid29: t('0955'), pid30: 'Y' });
    const alive = news('', { recorded: t('1100'), pid30: 'N' });
    expect(await deaths('N1^^^RAL^MR', [alive, died])).toEqual([]);
    expect(await deaths('N2^^^RAL^MR', [died])).toEqual(['DeathRecorded']);
    expect(await deaths('N2^^^RAL^MR', [alive])).toEqual(['DeathRecorded', 'DeathRecordWithdrawn']);
  });

  test('are one person after a merge, whichever record the stay was under', async () => {
    const [one, other] = [here.someone(), here.someone()];
    const stays = await here.send(
      { ...one, event: 'A01', recorded: t('0900') },
      { ...other, event: 'A01', recorded: t('0900') },
    );
    const merge = adt({ event: 'A40', controlId: 'merge', pid3: one.pid3 ?? '', extra: [`MRG|${other.pid3 ?? ''}`] });
    const merged = await here.post(merge);
    expect(merged).toMatchObject({ accepted: 1 });
    await here.app.settled(merged.position);
    const people = await Promise.all(
      stays.messages.map(async ({ stayId }) => (await here.admin.get(`/stays/${stayId ?? ''}`)).json['personId']),
    );
    expect(people[0]).toBe(people[1]);
    expect(await here.post(merge)).toMatchObject({ duplicates: 1 });
  });

  test('whose number is not verified go by their local id, to be confirmed', async () => {
    const who = here.someone();
    const unsure = await here.send({
      ...who,
      event: 'A01',
      recorded: t('0900'),
      pid3: `9990000050^^^NHS^NH~${who.pid3 ?? ''}`,
      status: 'NSTS03',
    });
    expect(await here.stayOf(unsure)).toMatchObject({ identityToConfirm: true });
    const sure = await here.send({ ...here.someone(), event: 'A01', recorded: t('0900'), pid3: '9990000050^^^NHS^NH' });
    expect((await here.stayOf(sure))['personId']).not.toBe((await here.stayOf(unsure))['personId']);
  });
});

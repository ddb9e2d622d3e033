import type { DynamicModule } from '@nestjs/common';
import { startTestApp, type TestApp } from '../../../test/support/app.js';
import { AccessModule } from '../../access/access.module.js';
import { EventFeedModule } from '../../event-feed/event-feed.module.js';
import { makeTestNumber } from '../../nhs/nhs-number.js';
import { PlatformModule } from '../../platform/platform.module.js';
import { PeopleModule } from '../people.module.js';
import { type Identifier, PeopleDirectory } from '../port.js';
import { metadata } from '../testing/memory-store.js';

class PeopleOnly {}
const at = '2026-11-23T08:30:00.000Z';
const number = (seq: number): Identifier => ({ kind: 'nhs-number', value: makeTestNumber(seq), verified: true });
const local = (value: string): Identifier => ({ kind: 'local', authority: 'RAL', type: 'MR', value });

describe('settling who is who', () => {
  let app: TestApp;
  let people: PeopleDirectory;
  beforeAll(async () => {
    app = await startTestApp({
      module: (platform): DynamicModule => ({
        module: PeopleOnly,
        imports: [PlatformModule.with(platform), AccessModule, PeopleModule, EventFeedModule],
      }),
    });
    people = app.get(PeopleDirectory);
  });
  afterAll(() => app.stop());

  it('takes a merge back for somebody of the team, and for nobody else', async () => {
    const loser = (await people.identify([local('B')], metadata, at)).personId;
    const { mergeId = '', survivor } = await people.merge([number(1)], [local('B')], metadata, at);
    await app.settled();
    expect(await people.canonical(loser)).toBe(survivor);
    const path = `/people/merges/${mergeId}/revert`;
    expect((await (await app.api()).post(path)).status).toBe(401);
    expect((await (await app.api('ward')).post(path)).status).toBe(403);
    const idt = await app.api('idt');
    expect((await idt.post(path, { surprise: 1 })).json).toMatchObject({
      status: 400,
      errors: [{ field: 'surprise' }],
    });
    const answer = await idt.post(path);
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ id: mergeId, mergeId, survivor, loser });
    expect(Number(answer.text('position'))).toBeGreaterThan(0);
    await app.settled(answer.text('position'));
    expect(await people.canonical(loser)).toBe(loser);
    expect((await idt.post(path)).status).toBe(200);
    expect((await idt.post('/people/merges/no-such/revert')).status).toBe(404);
  });

  it('joins two people whom merges name in a ring, the same whichever came first, and says so of the second', async () => {
    const [here, there] = [local('R1'), local('R2')];
    const first = await people.merge([here], [there], metadata, at);
    const second = await people.merge([there], [here], metadata, at);
    expect([first.ring, second.ring]).toEqual([undefined, true]);
    const [one, two] = [local('R3'), local('R4')];
    await people.merge([two], [one], metadata, at);
    expect((await people.merge([one], [two], metadata, at)).ring).toBe(true);
    await app.settled();
    // Whoever stands for both is the one with the lesser id, and not the survivor of the merge that came first.
    for (const { survivor, loser } of [first, second])
      expect(await people.canonical(loser)).toBe(await people.canonical(survivor));
    expect(await people.canonical(first.survivor)).toBe([first.survivor, first.loser].sort()[0]);
  });

  it('sees a ring that goes through a number, and none in a merge said twice', async () => {
    await people.identify([number(11), local('S1')], metadata, at);
    expect((await people.merge([number(12)], [local('S1')], metadata, at)).ring).toBeUndefined();
    expect((await people.merge([number(12)], [local('S1')], metadata, at)).ring).toBeUndefined();
    expect((await people.merge([number(11)], [number(12)], metadata, at)).ring).toBe(true);
  });

  it('lets whoever had a wrong identifier have the right one, and takes that back when the right one was known before', async () => {
    const [wrong, right] = [local('W1'), local('W2')];
    const person = await people.identify([number(13), wrong], metadata, '2026-11-23T07:00:00.000Z');
    expect(await people.correct(right, wrong, metadata, at)).toMatchObject({ ok: true });
    const known = await people.identify([right], metadata, '2026-11-23T09:00:00.000Z');
    await app.settled();
    expect(await people.canonical(known.ownId)).toBe(person.personId);
    await people.identify([right], metadata, '2026-11-23T07:30:00.000Z');
    await app.settled();
    expect(await people.canonical(known.ownId)).toBe(known.ownId);
    expect(await people.correct(right, wrong, metadata, '2026-11-23T08:00:00.000Z')).toEqual({
      ok: false,
      code: 'known-before',
    });
  });

  it('shows local ids that were seen with two NHS numbers', async () => {
    const idt = await app.api('idt');
    expect((await idt.get('/people/conflicts')).body).toEqual({ items: [], nextCursor: null });
    const one = await people.identify([number(2), local('C')], metadata, at);
    const two = await people.identify([number(3), local('C')], metadata, at);
    const contested = await people.identify([local('C')], metadata, at);
    await app.settled();
    expect((await idt.get('/people/conflicts')).body).toEqual({
      items: [{ personId: contested.ownId, seenWith: [one.personId, two.personId].sort() }],
      nextCursor: null,
    });
    expect((await (await app.api('analyst')).get('/people/conflicts')).status).toBe(403);
  });
});

import { Chance } from '#apps/homeward/demo/chance.js';
import { FrontDoor } from '#apps/homeward/demo/front-door.js';
import { registerProviders } from '#apps/homeward/demo/providers.js';
import { at, goesHomeAlone, type Stage } from '#apps/homeward/demo/stories.js';
import { supportedDischarge } from '#apps/homeward/demo/supported-discharge.js';
import { createPostgresEventStore } from '#libs/event-store/postgres/postgres-event-store.js';
import type { StoredEvent } from '#libs/event-store/port.js';
import { addDays, londonDate } from '#libs/nhs/civil-date.js';
import { DataKeys } from '#libs/people/vault/data-keys.js';
import { EncryptedVault } from '#libs/people/vault/encrypted-vault.js';
import { PostgresDatabase } from '#libs/platform/database.js';
import type { Run } from '../bench.js';
import { keys } from '../ground/ground.js';
import { startService, type Service } from '../ground/service.js';
import { Story } from './story.js';

/** Stories ready to be told of others. */
export interface Stories {
  /** People who go home without the team, and those whom it sees home. */
  readonly alone: readonly Story[];
  readonly supported: readonly Story[];
  /** What belongs to nobody: the providers. */
  readonly common: readonly StoredEvent[];
}

const counts = { alone: 60, supported: 48 };
const seed = 20_261_123;
const together = 4;

/**
 * Lets the demo's people arrive at a service, each with a whole story that is long over: admission, referral, pathway, care,
 * discharge, reablement, day 91. What it wrote is what histories of any size are made of.
 */
export const recordStories = async (run: Run): Promise<Stories> => {
  const { ground } = run;
  const url = await ground.freshDatabase('recording');
  const service = await startService(ground, url);
  const now = new Date().toISOString();
  const today = londonDate(now);
  const door = new FrontDoor(service.url, 'bench', new AbortController().signal);
  await registerProviders(door, at(addDays(today, -400), 9 * 60), now);
  const stages = Array.from({ length: counts.alone + counts.supported }, (_, index): Stage & { sequence: number } => ({
    ...{ door, today, now, sequence: index + 1 },
    chance: new Chance(seed + index * 7919),
  }));
  let told = 0;
  const tellNext = async (): Promise<void> => {
    for (let stage = stages.shift(); stage; stage = stages.shift()) {
      await tell(stage);
      told += 1;
      run.progress('recording people', told, counts.alone + counts.supported);
    }
  };
  await Promise.all(Array.from({ length: together }, tellNext));
  await answerChecks(service, door);
  await settled(service);
  await service.stop();
  const stories = await storiesIn(url);
  await ground.dropDatabase('recording');
  return stories;
};

const tell = async (stage: Stage & { sequence: number }): Promise<void> => {
  const { chance, today, sequence } = stage;
  const leaves = addDays(today, -chance.between(140, 170));
  if (sequence <= counts.alone) return goesHomeAlone(stage, sequence, leaves);
  const ready = addDays(leaves, -chance.pick([0, 1, 1, 1, 2, 2, 4, 8]));
  const admitted = addDays(ready, -chance.between(3, 18));
  await supportedDischarge(stage, { sequence, admitted, ready, leaves, upTo: 'discharged' });
};

/** Every day-91 check was answered on the day it was due. */
const answerChecks = async (service: Service, door: FrontDoor): Promise<void> => {
  const api = await service.api('reablement');
  await settled(service);
  const listed = await api.get('/day-91-checks?limit=500');
  const { items } = listed.json as { items: readonly { checkId: string; dueOn: string; state: string }[] };
  const chance = new Chance(seed);
  for (const { checkId, dueOn, state } of items) {
    if (state !== 'due' && state !== 'overdue') continue;
    const status = chance.pick(['own-home', 'own-home', 'own-home', 'care-home-long-term', 'extra-care']);
    const body = { status, decidedBy: 'Reablement team', occurredAt: at(dueOn, 11 * 60) };
    await door.command('reablement', `/day-91-checks/${checkId}/outcome`, body, `outcome-${checkId}`);
  }
};

const settled = async (service: Service): Promise<void> => {
  const api = await service.api('idt');
  for (let before = ''; ;) {
    const board = await api.get('/board');
    const position = board.text('position');
    if (position === before) return;
    before = position;
    await api.get(`/board?waitFor=${position}`);
  }
};

/** The log of the recording, cut into the stories of its people. */
const storiesIn = async (url: string): Promise<Stories> => {
  const database = new PostgresDatabase(url, { max: 2 });
  const vault = new EncryptedVault(new DataKeys(database, Buffer.from(keys.MASTER_KEY, 'hex')));
  const { events } = await createPostgresEventStore(database.pool).readAll('0', {}, 100_000);
  const users = new Set(events.map(({ metadata }) => metadata.actor.id));
  const { people, common } = byPerson(events);
  const stories = { alone: [] as Story[], supported: [] as Story[] };
  for (const told of people) {
    const story = await Story.of(told, users, (sealed) => vault.open(sealed));
    story.check({ number: 1, laterMs: 0 });
    stories[told.some(({ type }) => type === 'CaseReferred') ? 'supported' : 'alone'].push(story);
  }
  await database.close();
  return { ...stories, common };
};

/** Whose an event is: its person's; of an alias, whoever is known to have that identifier. */
const byPerson = (
  events: readonly StoredEvent[],
): { readonly people: readonly (readonly StoredEvent[])[]; readonly common: readonly StoredEvent[] } => {
  const owners = new Map<unknown, string>();
  for (const { type, personId, data } of events) {
    if (type !== 'PersonIdentified' || personId === undefined) continue;
    for (const { hash } of data['identifiers'] as readonly { hash: string }[]) owners.set(hash, personId);
  }
  const people = new Map<string, StoredEvent[]>();
  const common: StoredEvent[] = [];
  for (const event of events) {
    const owner = event.personId ?? owners.get(event.data['hash']);
    if (owner === undefined) common.push(event);
    else people.set(owner, [...(people.get(owner) ?? []), event]);
  }
  return { people: [...people.values()], common };
};

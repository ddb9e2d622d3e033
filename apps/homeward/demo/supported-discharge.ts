import { addDays } from '#libs/nhs/civil-date.js';
import type { Chance } from './chance.js';
import { providerFor } from './providers.js';
import { at, inpatient, notAfter, type Inpatient, type Stage } from './stories.js';

/** How far a story has come; each stage contains those before it. */
export const stages = [
  'referred',
  'accepted',
  'pathway',
  'delayed',
  'requested',
  'sent',
  'offered',
  'awarded',
  'discharged',
] as const;
export type StoryStage = (typeof stages)[number];
const reached = (stage: StoryStage, wanted: StoryStage): boolean => stages.indexOf(stage) >= stages.indexOf(wanted);

export interface Plan {
  readonly sequence: number;
  readonly admitted: string;
  readonly ready: string;
  /** The day of discharge; for an open case the day it is planned for. */
  readonly leaves: string;
  readonly upTo: StoryStage;
}

const serviceOf = { 1: 'reablement', 2: 'rehab-bed', 3: 'residential' } as const;
const waitOf = { 1: 'CAP1', 2: 'CAP5', 3: 'CAP7' } as const;
const destinationOf = (chance: Chance, pathway: 1 | 2 | 3): string =>
  pathway === 3 ? chance.pick(['55', '56']) : pathway === 2 ? '54' : '19';
const whyNotHome = 'Needs two people by night, which cannot be given at home yet.';

/** What came of a story. */
export interface Told {
  readonly person: Inpatient;
  readonly caseId: string;
  readonly pathway: 1 | 2 | 3;
  readonly award: { readonly requestId: string; readonly providerId: string } | null;
}

interface Story {
  readonly stage: Stage;
  readonly person: Inpatient;
  readonly plan: Plan;
  readonly pathway: 1 | 2 | 3;
  readonly caseId: string;
  /** Says a command of this story, once. */
  command(
    user: string,
    path: string,
    body: Readonly<Record<string, unknown>> & { readonly occurredAt: string },
    name: string,
  ): Promise<Readonly<Record<string, unknown>>>;
}

/** A person the team sees home: from the ward's first message to the discharge, as far as the plan goes. Answers the case id. */
export const supportedDischarge = async (stage: Stage, plan: Plan): Promise<Told> => {
  const { chance, door } = stage;
  const person = inpatient(stage, plan.sequence, plan.admitted, { youngest: 65 });
  const pathway = chance.weighted<1 | 2 | 3>([
    [1, 72],
    [2, 18],
    [3, 10],
  ]);
  const command: Story['command'] = (user, path, body, name) =>
    door.command(
      user,
      path,
      { ...body, occurredAt: notAfter(body.occurredAt, stage.now) },
      `${person.visit.number}-${name}`,
    );
  await door.ward([person.say('A01', person.visit.admittedAt, { expectedDischarge: plan.leaves })]);
  const readyAt = at(plan.ready, 9 * 60);
  const caseId = await refer(stage, person, plan, command);
  const story: Story = { stage, person, plan, pathway, caseId, command };
  if (readyAt <= stage.now) await door.ward([person.say('A08', readyAt, { fit: true, readyDate: plan.ready })]);
  if (reached(plan.upTo, 'accepted')) await agree(story);
  const award = reached(plan.upTo, 'requested') ? await findCare(story) : null;
  if (plan.upTo !== 'discharged' || !award) return { person, caseId, pathway, award };
  const left = at(plan.leaves, chance.between(10 * 60, 17 * 60));
  const destination = destinationOf(chance, pathway);
  await door.ward([person.say('A03', left, { dischargedAt: notAfter(left, stage.now), destination, method: '1' })]);
  await command('broker', `/placement-requests/${award.requestId}/start`, { occurredAt: left }, 'start');
  if (pathway === 1) await reable(story, award.providerId);
  return { person, caseId, pathway, award };
};

/** Reablement begins within two days of going home, and ends with a coded outcome when its weeks are over. */
const reable = async ({ stage, plan, caseId, command }: Story, providerId: string): Promise<void> => {
  const { chance } = stage;
  const startedOn = addDays(plan.leaves, chance.between(0, 2));
  const ends = addDays(startedOn, chance.between(14, 41));
  const hoursPerWeek = chance.between(7, 14);
  const outcome = chance.weighted([
    ['independent', 50],
    ['advice', 8],
    ['equipment-only', 8],
    ['ongoing-home-care', 26],
    ['admitted-to-hospital', 8],
  ]);
  if (startedOn > stage.today || chance.percent(10)) return;
  const body = {
    caseId,
    providerId,
    startedOn,
    plannedWeeks: 6,
    hoursPerWeek,
    assessorType: 'joint',
    occurredAt: at(startedOn, 10 * 60),
  };
  const episode = await command('reablement', '/reablement-episodes', body, 'reablement');
  const path = `/reablement-episodes/${String(episode['episodeId'])}`;
  await command(
    'reablement',
    `${path}/goals`,
    { goal: 'Make my own breakfast again.', occurredAt: at(startedOn, 11 * 60) },
    'goal',
  );
  if (ends < stage.today)
    await command(
      'reablement',
      `${path}/end`,
      { endedOn: ends, outcome, occurredAt: at(ends, 16 * 60) },
      'reablement-end',
    );
};

const refer = async (stage: Stage, person: Inpatient, plan: Plan, command: Story['command']): Promise<string> => {
  const { chance } = stage;
  const { resident, visit } = person;
  const answer = await command(
    'idt',
    '/cases',
    {
      person: {
        nhsNumber: resident.nhsNumber,
        familyName: resident.familyName,
        givenNames: resident.givenNames,
        birthDate: resident.birthDate,
        sex: resident.sex,
        postcode: resident.postcode,
        language: resident.language,
        interpreter: resident.language !== 'English',
      },
      hospital: visit.hospital,
      ward: visit.bed.ward,
      homeAuthority: resident.homeAuthority,
      expectedDischargeDate: plan.leaves,
      needs: {
        summary: chance.pick([
          'Was independent; now needs help with washing and dressing.',
          'Walks with a frame and one person.',
          'Needs help with transfers and meals.',
          'Unsteady since the fall; afraid of the stairs.',
        ]),
      },
      flags: [
        ...(chance.oneIn(6) ? ['dementia'] : []),
        ...(chance.oneIn(8) ? ['carer'] : []),
        ...(chance.oneIn(14) ? ['self-funder'] : []),
        ...(chance.oneIn(18) ? ['safeguarding'] : []),
      ],
      involvement: {
        person: 'Wants to go home.',
        ...(chance.oneIn(2) ? { carer: 'Daughter agrees, visits daily.' } : {}),
      },
      referredBy: 'Ward sister',
      occurredAt: at(plan.ready, 8 * 60 + chance.between(0, 25)),
    },
    'refer',
  );
  return String(answer['caseId']);
};

const agree = async ({ stage, plan, pathway, caseId, command }: Story): Promise<void> => {
  const { chance } = stage;
  const day = plan.ready;
  await command('idt', `/cases/${caseId}/accept`, { occurredAt: at(day, 9 * 60 + 5) }, 'accept');
  if (chance.percent(85))
    await command('idt', `/cases/${caseId}/assign`, { worker: 'idt', occurredAt: at(day, 9 * 60 + 6) }, 'assign');
  if (!reached(plan.upTo, 'pathway')) return;
  await command(
    'idt',
    `/cases/${caseId}/pathway`,
    {
      pathway,
      reason: 'Agreed in the hub with the therapist.',
      ...(pathway >= 2 ? { whyNotHome } : {}),
      decidedBy: 'Hub huddle',
      occurredAt: at(day, 9 * 60 + 20),
    },
    'pathway',
  );
  if (!reached(plan.upTo, 'delayed')) return;
  const reason = chance.weighted<string>([
    [waitOf[pathway], 6],
    ['CTH1', 2],
    ['HP5', 2],
    ['HP3', 1],
    ['IF11', 1],
    ['CAP10', 1],
  ]);
  await command('idt', `/cases/${caseId}/delays`, { reason, occurredAt: at(day, 9 * 60 + 25) }, 'delay');
  if (chance.percent(60)) {
    const due = at(addDays(day, 1), 12 * 60);
    await command(
      'idt',
      `/cases/${caseId}/actions`,
      {
        what: chance.pick([
          'Order the commode',
          'Ring the daughter about keys',
          'Therapy review on the ward',
          'Chase the medicines to take home',
        ]),
        owner: { organisation: 'hub' },
        due,
        occurredAt: at(day, 9 * 60 + 30),
      },
      'action',
    );
  }
};

/** Answers the award, or null when the story ends before. */
const findCare = async ({ stage, person, plan, pathway, caseId, command }: Story): Promise<Told['award']> => {
  const { chance, door } = stage;
  const day = plan.ready;
  const started = await command(
    'idt',
    `/cases/${caseId}/expected-discharge-date`,
    { date: plan.leaves, occurredAt: at(day, 9 * 60 + 40) },
    'expected',
  );
  const drafts = (
    await door.read('idt', `/placement-requests?caseId=${caseId}&waitFor=${String(started['position'])}`)
  )['items'] as readonly { requestId: string }[];
  const requestId = drafts[0]?.requestId;
  if (requestId === undefined) throw new Error('the pathway opened no placement request');
  const path = `/placement-requests/${requestId}`;
  const serviceType = serviceOf[pathway];
  await command(
    'idt',
    `${path}/complete`,
    {
      serviceType,
      needs: { summary: 'Help with washing, dressing and meals.', doubleHanded: false },
      ...(pathway === 1
        ? { hoursPerWeek: chance.between(7, 21), callsPerDay: chance.between(1, 4), carersPerCall: 1 }
        : {}),
      startBy: plan.leaves,
      outwardPostcode: person.resident.postcode.split(' ')[0],
      preferences: { languages: [person.resident.language] },
      funding: chance.weighted([
        ['discharge-fund', 6],
        ['local-authority', 3],
        ['joint', 1],
      ]),
      weeklyCeiling: pathway === 1 ? 900 : 1500,
      occurredAt: at(day, 10 * 60),
    },
    'complete',
  );
  await command('broker2', `${path}/approve`, { approver: 'broker2', occurredAt: at(day, 10 * 60 + 20) }, 'approve');
  if (!reached(plan.upTo, 'sent')) return null;
  const hours = chance.between(1, 30);
  const later = (minutes: number): string => at(day, 10 * 60 + 30 + minutes);
  await command('broker', `${path}/claim`, { occurredAt: later(0) }, 'claim');
  const [provider, other] = providerFor(serviceType);
  await command(
    'broker',
    `${path}/send`,
    { providerIds: [provider, ...(other ? [other] : [])], wave: 1, occurredAt: later(10) },
    'send',
  );
  if (other) {
    const reason = chance.pick(['capacity', 'location', 'time-of-day', 'double-handed', 'start-date']);
    await command(
      'broker',
      `${path}/responses`,
      { providerId: other, response: 'declined', reason, occurredAt: later(40) },
      'decline',
    );
  }
  if (!reached(plan.upTo, 'offered')) return null;
  const offer = await command(
    'broker',
    `${path}/offers`,
    {
      providerId: provider,
      canStartOn: plan.leaves,
      weeklyPrice: pathway === 1 ? chance.between(380, 800) : chance.between(1050, 1450),
      occurredAt: later(60),
    },
    'offer',
  );
  if (!reached(plan.upTo, 'awarded')) return null;
  const offerId = String(offer['offerId']);
  const offerPath = `${path}/offers/${offerId}/confirm`;
  const awardedAt = later(60 + hours * 45);
  await command('broker', offerPath, { occurredAt: awardedAt }, 'confirm');
  await command(
    'broker',
    `${path}/award`,
    { offerId, reason: 'Earliest start at a fair price.', familyChoice: true, occurredAt: awardedAt },
    'award',
  );
  return { requestId, providerId: provider };
};

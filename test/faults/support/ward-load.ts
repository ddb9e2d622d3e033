import { addDays, londonDate } from '#libs/nhs/civil-date.js';
import { newId } from '#libs/platform/ids.js';
import { setTimeout as pause } from 'node:timers/promises';
import type { ApiAnswer, ApiClient } from '../../support/api-client.js';
import { adt, hl7Type, wardPerson, type WardPerson } from '../../e2e/ward.js';
import { codeOf, MllpClient } from './mllp-client.js';
import { until } from './service-process.js';

export type Json = Readonly<Record<string, unknown>>;

/** One instance of the service, as senders and users see it. */
export interface Door {
  readonly mllpPort: number;
  readonly idt: ApiClient;
  readonly reablement: ApiClient;
  readonly ward: ApiClient;
}

/** What the sender knows of one person when all was acknowledged: what must then be there, once. */
export interface Course {
  readonly person: WardPerson;
  readonly stayId: string;
  readonly caseId: string;
  readonly pathway: number;
  readonly admittedAt: string;
  readonly dischargedAt: string | null;
  readonly movedAt: readonly [string, string];
}

const wards = ['LARCH', 'BIRCH', 'ASPEN'] as const;
const hour = 3_600_000;

/** What is to happen to one person, by the clock of when it was planned. */
type Plan = Omit<Course, 'stayId' | 'caseId'> & {
  readonly number: number;
  readonly referredAt: string;
  readonly pathwayAt: string;
  readonly delayedAt: string;
};

const planOf = (number: number): Plan => {
  const now = Date.now();
  const ago = (hours: number): string => new Date(Math.floor((now - hours * hour) / 1000) * 1000).toISOString();
  return {
    number,
    person: wardPerson(number, '1938-05-09'),
    pathway: 1 + (number % 3),
    admittedAt: ago(240 + (number % 7)),
    movedAt: [ago(200), ago(150)],
    referredAt: ago(180),
    pathwayAt: ago(100),
    delayedAt: ago(90),
    dischargedAt: number % 2 === 0 ? ago(30) : null,
  };
};

/**
 * People who come in, move, are referred and go, each a chain of ward messages (MLLP and HTTP) and commands (with
 * Idempotency-Keys). What is not acknowledged is sent again as it was until it is; what is, never.
 */
export class WardLoad {
  readonly courses: Course[] = [];
  /** Sent more than once, because no answer came. */
  resent = 0;
  acknowledged = 0;
  /** The last ward message that was acknowledged over MLLP: said again it changes nothing. */
  lastTaken = '';
  /** Who came in by `arrive`. */
  arrived = 0;
  private next: number;
  private readonly ahead: Plan[] = [];
  private ended = false;
  private disturbedAt = 0;
  private failed: Error | undefined;

  /** `doorOf` names the instance to go to, anew for each try; `patienceMs` is how long it goes on with one message while nothing is killed. */
  constructor(
    private readonly doorOf: (person: number) => Door,
    first = 5000,
    private readonly patienceMs = 90_000,
  ) {
    this.next = first;
  }

  /** Lets people come in over so many lines side by side, until `end`, and then until the last one's chain is done. */
  async run(lines = 6): Promise<void> {
    await Promise.all(
      Array.from({ length: lines }, async () => {
        while (!this.ended || (this.ahead.length > 0 && this.failed === undefined)) {
          const plan = this.ahead.shift() ?? this.nextPlan();
          this.courses.push(
            await this.course(plan).catch((error: unknown) => {
              this.failed ??= error instanceof Error ? error : new Error('failed');
              this.ended = true;
              throw error;
            }),
          );
        }
      }),
    );
  }

  end(): void {
    this.ended = true;
  }

  /** Something was killed: who waits for an answer is patient anew. */
  disturb(): void {
    this.disturbedAt = Date.now();
  }

  /**
   * Lets somebody come in and move, over MLLP; the rest of the chain follows when `run` comes to it, and begins with the same
   * messages once more, which are then repeats.
   */
  async arrive(): Promise<void> {
    const plan = this.nextPlan();
    await this.line(plan.number, said(plan, 'A01', 'A'));
    await this.line(plan.number, said(plan, 'A02', 'B'));
    this.ahead.push(plan);
    this.arrived += 1;
  }

  /** Plans somebody whom `run` lets in later, and gives the message they come in with, which nobody has sent yet. */
  announce(): string {
    const plan = this.nextPlan();
    this.ahead.push(plan);
    return said(plan, 'A01', 'A');
  }

  private nextPlan(): Plan {
    this.next += 1;
    return planOf(this.next);
  }

  /** Resolves when so many more people's chains are done. */
  async grownBy(more: number): Promise<void> {
    const wanted = this.courses.length + more;
    await until(() => this.failed !== undefined || this.courses.length >= wanted, this.patienceMs + 30_000);
    if (this.failed !== undefined) throw this.failed;
  }

  /** For whoever reads the output of a long run. */
  tell(what: string): void {
    process.stderr.write(
      `${what}: ${String(this.courses.length)} people, ${String(this.acknowledged)} acknowledged, ${String(this.resent)} tries unanswered\n`,
    );
  }

  private async course(plan: Plan): Promise<Course> {
    const { number, person, pathway, dischargedAt, movedAt } = plan;
    await this.line(number, said(plan, 'A01', 'A'));
    const { caseId } = await this.command(number, '/cases', referral(person, plan.referredAt));
    await this.line(number, said(plan, 'A02', 'B'));
    await this.command(number, `/cases/${caseId}/pathway`, {
      pathway,
      reason: 'agreed',
      decidedBy: 'hub',
      occurredAt: plan.pathwayAt,
      ...(pathway > 1 ? { whyNotHome: 'needs two at night' } : {}),
    });
    await this.command(number, `/cases/${caseId}/delays`, {
      reason: 'CAP1',
      anticipated: true,
      occurredAt: plan.delayedAt,
    });
    const stayId = await this.post(number, said(plan, 'A02', 'C'));
    if (dischargedAt !== null) {
      await this.line(number, said(plan, 'A03', 'D'));
      await this.command(number, '/reablement-episodes', {
        caseId,
        providerId: 'prov-a',
        startedOn: londonDate(dischargedAt),
        plannedWeeks: 6,
        hoursPerWeek: 7,
        assessorType: 'joint',
      });
    }
    return { person, stayId, caseId, pathway, admittedAt: plan.admittedAt, dischargedAt, movedAt };
  }

  /** Over MLLP: again on a new line until it is acknowledged. */
  private line(number: number, message: string): Promise<void> {
    return this.untilAnswered('a ward message over MLLP', async () => {
      const client = await MllpClient.open(this.doorOf(number).mllpPort);
      try {
        const code = codeOf(await client.send(message));
        if (code !== 'AA') throw new Refused(`${code} to a ward message`);
        this.lastTaken = message;
      } finally {
        client.close();
      }
    });
  }

  private post(number: number, message: string): Promise<string> {
    return this.untilAnswered('a ward message over HTTP', async () => {
      const answer = taken(await this.doorOf(number).ward.post('/ward-events/hl7v2', message, hl7Type));
      const [first] = answer.json['messages'] as readonly Json[];
      if (first?.['ack'] !== 'AA') throw new Refused(`${String(first?.['ack'])} to a ward message over HTTP`);
      return String(first['stayId']);
    });
  }

  private command(number: number, path: string, body: Json): Promise<{ caseId: string }> {
    const key = newId();
    return this.untilAnswered(path, async () => {
      const door = this.doorOf(number);
      const who = path.startsWith('/reablement') ? door.reablement : door.idt;
      return { caseId: String(taken(await who.post(path, body, { 'idempotency-key': key })).json['caseId']) };
    });
  }

  private async untilAnswered<T>(what: string, attempt: () => Promise<T>): Promise<T> {
    const begun = Date.now();
    const said = new Map<string, number>();
    for (;;) {
      try {
        const answer = await attempt();
        this.acknowledged += 1;
        return answer;
      } catch (error) {
        if (error instanceof Refused) throw error;
        const { message } = error as Error;
        said.set(message, (said.get(message) ?? 0) + 1);
        if (Date.now() > Math.max(begun, this.disturbedAt) + this.patienceMs)
          throw new Error(`Not acknowledged: ${what}. ${JSON.stringify([...said])}`, { cause: error });
        this.resent += 1;
        await pause(50);
      }
    }
  }
}

const steps = { A: 0, B: 1, C: 2, D: 2 } as const;

/** A ward message of a plan: the step says where the person then is. */
const said = (plan: Plan, event: 'A01' | 'A02' | 'A03', step: keyof typeof steps): string => {
  const at = { A: plan.admittedAt, B: plan.movedAt[0], C: plan.movedAt[1], D: plan.dischargedAt ?? plan.movedAt[1] }[
    step
  ];
  return adt(plan.person, {
    event,
    controlId: `${plan.person.visit}${step}`,
    at,
    location: `${wards[steps[step]]}^1^A`,
    admittedAt: plan.admittedAt,
    ...(event === 'A03' ? { dischargedAt: at, method: '1', destination: '19' } : {}),
  });
};

/** An answer that is no outage: a rule or a check refused what must be taken. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

const taken = (answer: ApiAnswer): ApiAnswer => {
  if (answer.status >= 500 && answer.status !== 500) throw new Error(`answered ${String(answer.status)}`);
  if (answer.status >= 300) throw new Refused(`${String(answer.status)} ${JSON.stringify(answer.body)}`);
  return answer;
};

export const referral = (person: WardPerson, occurredAt?: string): Json => ({
  person: {
    nhsNumber: person.nhsNumber,
    familyName: person.family,
    givenNames: person.given,
    birthDate: person.birthDate,
    sex: '2',
    postcode: 'N12 0AA',
  },
  hospital: 'RAL',
  homeAuthority: 'E09000003',
  needs: { summary: `Help at home for ${person.family}` },
  involvement: { person: 'wants to go home' },
  referredBy: 'ward sister',
  ...(occurredAt === undefined ? {} : { occurredAt }),
});

/** The stay of a course, as `GET /stays` must show it: worked out from what was sent. */
export const expectedStay = (course: Course): Json => {
  const place = (ward: string): Json => ({ ward, room: '1', bed: 'A' });
  return {
    stayId: course.stayId,
    hospital: 'RAL',
    ...place(wards[2]),
    admittedAt: course.admittedAt,
    dischargedAt: course.dischargedAt,
    destinationCode: course.dischargedAt === null ? null : '19',
    methodCode: course.dischargedAt === null ? null : '1',
    status: course.dischargedAt === null ? 'open' : 'discharged',
    moves: [
      { from: place(wards[0]), to: place(wards[1]), at: course.movedAt[0] },
      { from: place(wards[1]), to: place(wards[2]), at: course.movedAt[1] },
    ],
    referred: true,
  };
};

export const serviceOf = (pathway: number): string => ['', 'reablement', 'rehab-bed', 'residential'][pathway] ?? '';

export const dueOn = (course: Course): string | undefined =>
  course.dischargedAt === null ? undefined : addDays(londonDate(course.dischargedAt), 91);

import { setTimeout as pause } from 'node:timers/promises';
import { adt } from '../../e2e/ward.js';
import { MllpClient } from '../../faults/support/mllp-client.js';
import type { Bench, Run } from '../bench.js';
import { BoardViewer } from '../ground/board-viewer.js';
import { fillBoard, wardOf, type Referred } from '../ground/council.js';
import { startService, type Service } from '../ground/service.js';
import { acknowledged, wardCourse } from '../ground/ward-lines.js';
import { perSecond, steadily } from '../load.js';
import { lessIsBetter, moreIsBetter, type Measured } from '../measured.js';
import { figure, percentile, spread } from '../statistics.js';

const lines = 16;
const onBoard = 150;
const peopleALine = 50_000;
/** People of the ward are numbered from here, beyond those on the board. */
const firstPerson = 10_000;
/** How often somebody on the board moves to another bed. */
const moveEveryMs = 100;
const lastRowMs = 30_000;

const goals = [
  { rate: 200, p95: 1000 },
  { rate: 500, p95: 3000 },
] as const;

/** A line says one message after the other, however many are waiting. */
class Line {
  #last: Promise<void> = Promise.resolve();

  private constructor(private readonly client: MllpClient) {}

  static async open(port: number): Promise<Line> {
    return new Line(await MllpClient.open(port));
  }

  say(message: string): Promise<void> {
    const said = this.#last.then(() => acknowledged(this.client, message));
    this.#last = said.catch(() => undefined);
    return said;
  }

  close(): void {
    this.client.close();
  }
}

/** Messages of other people, on sixteen lines. */
const wards = async (port: number, first: number) => {
  const open = await Promise.all(Array.from({ length: lines }, () => Line.open(port)));
  const courses = open.map((_, line) => wardCourse(first + line * peopleALine));
  return {
    say: async (turn: number): Promise<void> => {
      const message = courses[turn % lines]?.next().value;
      if (message !== undefined) await open[turn % lines]?.say(message);
    },
    close: (): void => open.forEach((line) => line.close()),
  };
};

/** Moves people on the board to beds of their own, and takes the time until the row with that bed is at a viewer's. */
class Moves {
  readonly milliseconds: number[] = [];
  readonly #sent = new Map<string, number>();

  constructor(
    private readonly line: Line,
    private readonly people: readonly Referred[],
    private readonly name: string,
  ) {}

  get missing(): number {
    return this.#sent.size;
  }

  shown(bed: unknown): void {
    const sent = this.#sent.get(String(bed));
    if (sent === undefined) return;
    this.#sent.delete(String(bed));
    this.milliseconds.push(performance.now() - sent);
  }

  async move(turn: number): Promise<void> {
    const { person, admittedAt } = this.people[turn % this.people.length] ?? {};
    if (person === undefined || admittedAt === undefined) return;
    const bed = `${this.name}${String(turn)}`;
    const message = adt(person, {
      event: 'A02',
      controlId: `${person.visit}-${bed}`,
      at: new Date().toISOString(),
      admittedAt,
      location: `${wardOf(turn)}^1^${bed}`,
    });
    this.#sent.set(bed, performance.now());
    await this.line.say(message);
  }
}

const watchedAt = async (
  run: Run,
  service: Service,
  people: readonly Referred[],
  { rate, p95 }: (typeof goals)[number],
  first: number,
): Promise<readonly Measured[]> => {
  const seconds = run.seconds(15);
  const { token = '' } = await service.api('idt');
  const line = await Line.open(service.mllpPort);
  const moves = new Moves(line, people, `R${String(rate)}-`);
  const viewer = new BoardViewer(service.url, token, ({ data }) => moves.shown(data['bed']));
  await viewer.open();
  const others = await wards(service.mllpPort, first);
  run.progress(`project: ${String(rate)} ward messages a second`);
  const [load] = await Promise.all([
    steadily(rate, seconds, (turn) => others.say(turn)),
    steadily(1000 / moveEveryMs, seconds, (turn) => moves.move(turn)),
  ]);
  for (let waited = 0; moves.missing > 0 && waited < lastRowMs; waited += 100) await pause(100);
  viewer.drop();
  line.close();
  others.close();
  const { milliseconds, missing } = moves;
  const never = missing === 0 ? '' : `; ${String(missing)} rows did not come within ${String(lastRowMs / 1000)} s`;
  const arrived = perSecond(load);
  return [
    lessIsBetter({
      measure: `project.row-at-${String(rate)}-messages`,
      ours: missing === 0 ? percentile(milliseconds, 0.95) : Number.POSITIVE_INFINITY,
      peer: 'goal',
      theirs: p95,
      unit: 'ms (p95)',
      note: `while ${figure(arrived)} of ${String(rate)} messages/s were taken; ${spread(milliseconds)}${never}`,
    }),
    moreIsBetter({
      measure: `project.taken-at-${String(rate)}-messages`,
      ours: arrived,
      peer: 'sent',
      theirs: rate,
      unit: 'messages/s',
      note: `acknowledged after ${spread(load.milliseconds)} from when each was due`,
    }),
  ];
};

export const project: Bench = {
  name: 'project',
  says: `from a ward message to the row on a browser's board (server-sent events), while 200 and 500 ward messages a second arrive on ${String(lines)} lines`,
  knobs: '--seconds at each rate (15)',
  async run(run): Promise<readonly Measured[]> {
    const service = await startService(run.ground, await run.ground.freshDatabase('project'));
    const people = await fillBoard(service, onBoard, (done) =>
      run.progress('project: referring people', done, onBoard),
    );
    const all: Measured[] = [];
    for (const [index, goal] of goals.entries())
      all.push(...(await watchedAt(run, service, people, goal, firstPerson + (index * peopleALine) / 2)));
    await service.stop();
    return all;
  },
};

import { rounds, type Bench, type Run } from '../bench.js';
import { fillBoard, type Referred } from '../ground/council.js';
import { HttpLanes, succeeded } from '../ground/http-lanes.js';
import { startService } from '../ground/service.js';
import { inFlight, interleaved, perSecond, type Loaded } from '../load.js';
import { lessIsBetter, moreIsBetter, type Measured } from '../measured.js';
import { startBareServer } from '../peers/bare-server.js';
import { figure, median, percentile, spread } from '../statistics.js';

const width = 32;

/** Every command goes to another case than those before it. */
const commands = (lanes: HttpLanes, pathOf: (turn: number) => string) => {
  let turn = 0;
  const body = { what: 'Order the commode for the bathroom.', owner: { organisation: 'hub' }, due: '2030-01-01' };
  return (seconds: number): Promise<Loaded> =>
    inFlight(width, seconds, async (lane) => {
      turn += 1;
      succeeded(await lanes.post(lane, pathOf(turn), body));
    });
};

const sidesOf = async (run: Run, cases: number) => {
  const { ground } = run;
  const service = await startService(ground, await ground.freshDatabase('command'));
  const referred = await fillBoard(service, cases, (done) => run.progress('command: referring people', done, cases));
  const { token } = await service.api('idt');
  const lanes = new HttpLanes(service.url, width, token);
  const port = await startBareServer(ground, 'bare-route.server.js', await ground.freshDatabase('command_bare'));
  const bareLanes = new HttpLanes(`http://127.0.0.1:${String(port)}`, width);
  const caseOf = (turn: number): Referred | undefined => referred[turn % referred.length];
  return {
    ours: commands(lanes, (turn) => `/api/v1/cases/${caseOf(turn)?.caseId ?? ''}/actions`),
    bare: commands(bareLanes, (turn) => `/api/v1/cases/${caseOf(turn)?.caseId ?? ''}/actions`),
    end: async () => {
      await Promise.all([lanes.close(), bareLanes.close()]);
      await service.stop();
    },
  };
};

export const command: Bench = {
  name: 'command',
  says: `an action raised on a case over HTTP, ${String(width)} in flight, all projections and policies running; the raw limit is a fastify route that writes one row`,
  knobs: '--size cases (1500), --seconds of each round (4)',
  async run(run): Promise<readonly Measured[]> {
    const seconds = run.seconds(4);
    const { ours, bare, end } = await sidesOf(run, run.size(1500));
    run.progress('command: warming up');
    await ours(seconds);
    await bare(1);
    const settled = (side: (seconds: number) => Promise<Loaded>) => async () => {
      await run.ground.settleDisk();
      return side(seconds);
    };
    const [mine = [], theirs = []] = await interleaved(rounds, [settled(ours), settled(bare)], (done, total) =>
      run.progress('command: rounds', done, total),
    );
    await end();
    const rate = median(mine.map(perSecond));
    const times = mine.flatMap(({ milliseconds }) => milliseconds);
    const theirTimes = theirs.flatMap(({ milliseconds }) => milliseconds);
    const note = `rounds ${mine.map((load) => figure(perSecond(load))).join(', ')}; ${spread(times)}`;
    return [
      moreIsBetter({ measure: 'command.rate', ours: rate, peer: 'goal', theirs: 1500, unit: 'commands/s', note }),
      moreIsBetter({
        measure: 'command.against-bare-route',
        ours: rate,
        peer: 'fastify route, one insert each',
        theirs: median(theirs.map(perSecond)),
        unit: 'commands/s',
        note: `theirs ${spread(theirTimes)}`,
      }),
      lessIsBetter({ measure: 'command.p99', ours: percentile(times, 0.99), peer: 'goal', theirs: 50, unit: 'ms' }),
    ];
  },
};

import { rounds, type Bench } from '../bench.js';
import { MllpClient } from '../../faults/support/mllp-client.js';
import { startService } from '../ground/service.js';
import { acknowledged, wardCourse } from '../ground/ward-lines.js';
import { inFlight, interleaved, perSecond, type Loaded } from '../load.js';
import { lessIsBetter, moreIsBetter, type Measured } from '../measured.js';
import { startBareServer } from '../peers/bare-server.js';
import { figure, median, percentile, spread } from '../statistics.js';

const lines = 16;
/** Test numbers of people are 900,000: enough for each line to go on for minutes. */
const peopleALine = 50_000;
const lastLine = lines * peopleALine;

/** Hospitals on lines of their own, each sending the next message when the last is acknowledged. Line numbers keep their people apart. */
const senders = async (port: number, width: number, firstPerson: number) => {
  const open = await Promise.all(Array.from({ length: width }, () => MllpClient.open(port)));
  const courses = open.map((_, line) => wardCourse(firstPerson + line * peopleALine));
  return {
    send: (seconds: number): Promise<Loaded> =>
      inFlight(width, seconds, async (lane) => {
        const line = open[lane];
        const message = courses[lane]?.next().value;
        if (line !== undefined && message !== undefined) await acknowledged(line, message);
      }),
    close: (): void => open.forEach((line) => line.close()),
  };
};

const times = (loads: readonly Loaded[]): readonly number[] => loads.flatMap(({ milliseconds }) => milliseconds);

export const mllp: Bench = {
  name: 'mllp',
  says: `ward messages over MLLP, stored and acknowledged: one line, and ${String(lines)} lines for a while; the raw limit is a TCP server that writes one row each`,
  knobs: '--seconds that 16 lines go on (20; the goal says 120)',
  async run({ ground, seconds, progress }): Promise<readonly Measured[]> {
    const sustained = seconds(20);
    const service = await startService(ground, await ground.freshDatabase('mllp'));
    const bare = await startBareServer(ground, 'bare-line.server.js', await ground.freshDatabase('mllp_bare'));
    const [one, oneBare, many, manyBare] = await Promise.all([
      senders(service.mllpPort, 1, lastLine + 1),
      senders(bare, 1, lastLine + 1),
      senders(service.mllpPort, lines, 1),
      senders(bare, lines, 1),
    ]);
    progress('mllp: warming up');
    await one.send(2);
    await oneBare.send(1);
    const [single = [], singleBare = []] = await interleaved(
      rounds,
      [() => one.send(2), () => oneBare.send(2)],
      (done, total) => progress('mllp: one line, rounds', done, total),
    );
    progress(`mllp: ${String(lines)} lines for ${String(sustained)} s`);
    await manyBare.send(1);
    const limit = await manyBare.send(Math.min(5, sustained));
    await ground.settleDisk();
    const load = await many.send(sustained);
    [one, oneBare, many, manyBare].forEach((side) => side.close());
    await service.stop();
    const p99 = percentile(times(single), 0.99);
    return [
      lessIsBetter({
        measure: 'mllp.one-line-p99',
        ours: p99,
        peer: 'goal',
        theirs: 25,
        unit: 'ms',
        note: `${figure(median(single.map(perSecond)))} messages/s; ${spread(times(single))}`,
      }),
      lessIsBetter({
        measure: 'mllp.one-line-against-bare',
        ours: p99,
        peer: 'TCP server, one insert each',
        theirs: percentile(times(singleBare), 0.99),
        unit: 'ms',
        note: `theirs ${spread(times(singleBare))}`,
      }),
      moreIsBetter({
        measure: `mllp.${String(lines)}-lines`,
        ours: perSecond(load),
        peer: 'goal',
        theirs: 500,
        unit: 'messages/s',
        note: `${figure(load.done)} messages in ${figure(load.seconds)} s; ${spread(load.milliseconds)}`,
      }),
      moreIsBetter({
        measure: `mllp.${String(lines)}-lines-against-bare`,
        ours: perSecond(load),
        peer: 'TCP server, one insert each',
        theirs: perSecond(limit),
        unit: 'messages/s',
        note: `theirs ${spread(limit.milliseconds)}`,
      }),
    ];
  },
};

import 'reflect-metadata';
import { Command, InvalidArgumentError } from 'commander';
import { messageOf } from '#libs/platform/errors.js';
import { benches } from './benches.js';
import type { Bench, Run } from './bench.js';
import { Ground } from './ground/ground.js';
import type { Measured } from './measured.js';
import { progressOn } from './progress.js';
import { lineOf, machine, tableOf } from './report.js';

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const complain = (text: string): void => void process.stderr.write(`${text}\n`);

const above0 = (text: string): number => {
  const value = Number(text.replaceAll('_', ''));
  if (!(value > 0)) throw new InvalidArgumentError('must be a number above 0');
  return value;
};

interface Options {
  readonly json?: true;
  readonly size?: number;
  readonly seconds?: number;
  readonly keep?: string;
  readonly profile?: string;
}

const list = (): void => {
  say('Benches, run with "npm run bench -- NAME" or "-- all". A ratio above 1 always means that we are better.\n');
  for (const { name, says, knobs } of benches) say(`  ${name.padEnd(12)} ${says}\n  ${''.padEnd(12)} ${knobs}`);
};

/** Ctrl-C ends what was started before the process ends. */
const endOnSignal = (ground: Ground): void => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)
    process.on(signal, () => {
      complain('\nClearing up …');
      void ground.close().finally(() => process.exit(code));
    });
};

const runAll = async (chosen: readonly Bench[], options: Options): Promise<boolean> => {
  const ground = await Ground.open(options.keep, options.profile);
  endOnSignal(ground);
  const progress = progressOn(process.stderr);
  const run: Run = {
    ground,
    size: (fallback) => options.size ?? fallback,
    seconds: (fallback) => options.seconds ?? fallback,
    progress: progress.tell,
  };
  let well = true;
  try {
    complain(machine(await ground.serverVersion()));
    for (const bench of chosen) {
      const measured = await bench.run(run).catch((error: unknown): readonly Measured[] => {
        progress.clear();
        complain(`${bench.name} could not be measured: ${messageOf(error)}`);
        well = false;
        return [];
      });
      progress.clear();
      if (options.json) for (const one of measured) say(lineOf(one));
      else if (measured.length > 0) say(`${tableOf(measured)}\n`);
    }
  } finally {
    await ground.close();
  }
  return well;
};

const program = new Command('bench')
  .description('Measures Homeward against peers, raw limits and its goals; without a name, lists what there is.')
  .argument('[name]', 'a bench, or all')
  .option('--json', 'one line of JSON a measure on standard output')
  .option('--size <n>', 'how large: events, stays or rows, as the bench says', above0)
  .option('--seconds <n>', 'how long each round lasts', above0)
  .option('--keep <folder>', 'a folder for the database that stays, with the prepared log in it for the next run')
  .option(
    '--profile <folder>',
    'a folder for CPU profiles of the services (for Chrome DevTools); figures are then slower',
  )
  .action(async (name: string | undefined, options: Options) => {
    if (name === undefined) return list();
    const chosen = name === 'all' ? benches : benches.filter((bench) => bench.name === name);
    if (chosen.length === 0) {
      complain(`There is no bench named ${name}. There are: ${benches.map((bench) => bench.name).join(', ')}, all.`);
      process.exitCode = 2;
      return;
    }
    if (!(await runAll(chosen, options))) process.exitCode = 1;
  });

await program.parseAsync();
process.exit(process.exitCode ?? 0);

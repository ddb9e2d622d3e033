import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { projectRoot } from '#libs/platform/root.js';
import { Judge } from './judge.js';
import { faultIn } from './one-input.js';
import { parserNames, parsers, type ParserName } from './parsers/parsers.js';
import { watch } from './watch.js';

const number = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('a whole number, 0 or more');
  return value;
};

const named = (text: string): ParserName => {
  const name = parserNames.find((one) => one === text);
  if (name === undefined) throw new InvalidArgumentError(`one of ${parserNames.join(', ')}`);
  return name;
};

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Not in the repository, and not of it: an input is made of messages, even if of synthetic people. */
const keep = (name: string, bytes: Uint8Array): string => {
  const folder = join(projectRoot, 'data', 'fuzz');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return relative(projectRoot, file);
};

const fuzz = async (name: ParserName, seed: number, seconds: number): Promise<boolean> => {
  const { inputs, seconds: took, report } = await watch(name, seed, seconds);
  const rate = `${String(inputs)} inputs in ${took.toFixed(1)} s, ${(inputs / took).toFixed(0)} inputs/s, seed ${String(seed)}`;
  if (report.kind === 'done') {
    const counts = Object.entries(report.counts).map(([kind, count]) => `${String(count)} ${kind}`);
    say(`✓ ${name}: ${rate}; ${counts.join(', ')}; slowest ${report.slowestMs.toFixed(0)} ms`);
    return true;
  }
  const file = keep(`${name}-${String(seed)}-${String(report.n)}.bin`, report.bytes);
  say(`✗ ${name}: ${rate}; input ${String(report.n)} ${report.fault}`);
  say(`  ${file}; again: npm run fuzz -- ${name} --again ${file}`);
  return false;
};

/** One kept input once more, with what is wrong with it. */
const again = (name: ParserName, file: string): boolean => {
  const { fault, kind, ms } = faultIn(parsers[name], new Judge(), readFileSync(file));
  say(fault === undefined ? `✓ ${name}: ${kind}, ${ms.toFixed(0)} ms` : `✗ ${name}: ${fault}`);
  return fault === undefined;
};

interface Options {
  readonly seconds: number;
  readonly seed: number;
  readonly again?: string;
}

const command = new Command('fuzz')
  .description('Throws generated and mutated bytes at the parsers of ward events.')
  .argument('[parser]', `one of ${parserNames.join(', ')}; without it all three, one after the other`, named)
  .option('--seconds <n>', 'how long in all', number, 60)
  .option('--seed <n>', 'for the same inputs again', number, Date.now() % 0x7fffffff)
  .option('--again <file>', 'tries one kept input instead')
  .action(async (name: ParserName | undefined, options: Options) => {
    if (options.again !== undefined) {
      process.exitCode = again(name ?? 'hl7', options.again) ? 0 : 1;
      return;
    }
    const names = name === undefined ? parserNames : [name];
    for (const one of names) if (!(await fuzz(one, options.seed, options.seconds / names.length))) process.exitCode = 1;
  });
await command.parseAsync();

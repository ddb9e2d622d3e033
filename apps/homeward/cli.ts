import './needs-node.js';
import { Command, InvalidArgumentError } from 'commander';
import { messageOf } from '#libs/platform/errors.js';
import { erase } from './command-line/erase.js';
import { exportFigures } from './command-line/export.js';
import { importHl7 } from './command-line/import-hl7.js';
import { rebuild, verify } from './command-line/read-models.js';
import { simulate } from './command-line/simulate.js';
import { addUser, disableUser, enableUser, listUsers, setPassword } from './command-line/users.js';

const seconds = (text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('must be a number of seconds above 0');
  return value;
};

const program = new Command('homeward')
  .description(
    'Homeward on the command line. Works beside the running service and without it; the settings are those of the service.',
  )
  .showHelpAfterError();

program
  .command('import-hl7')
  .description('takes HL7 v2 messages out of files, through the same intake as MLLP; importing again changes nothing')
  .argument('<files...>', 'files of messages, each message beginning at MSH')
  .action(importHl7);
program
  .command('rebuild')
  .description('drops a read model and builds it anew from the log')
  .argument('<projection>', 'its name, e.g. discharge.cases')
  .action(rebuild);
program
  .command('verify')
  .description('folds every read model anew and compares it with the live one, row for row')
  .action(verify);
program
  .command('export')
  .description('writes the figures of a return as CSV')
  .argument('<name>', 'sitrep, drd, bcf or ascof')
  .requiredOption('--period <period>', 'a month 2026-03, a quarter 2026-Q1 or a financial year 2025-26')
  .option('--output <file>', 'the file to write; without it, standard output')
  .action(exportFigures);
program
  .command('erase')
  .description('destroys the key of a person: nothing personal of theirs can be read any more, anywhere')
  .argument('<personId>')
  .requiredOption('--reason <text>', 'why')
  .requiredOption('--authority <text>', 'on whose authority')
  .action(erase);
program
  .command('simulate')
  .description('lets a synthetic borough arrive at a running demo service and go on living, until stopped')
  .option('--url <url>', 'the service', 'http://localhost:3000')
  .option('--every <seconds>', 'between two ward messages', seconds, 4)
  .action(simulate);

const users = program.command('users').description('who may sign in');
users.command('list').action(listUsers);
users
  .command('add')
  .argument('<username>')
  .requiredOption('--role <role>')
  .requiredOption('--organisation <code>', 'ODS code, provider id, or the council')
  .description('adds a user; the password is read from standard input')
  .action(addUser);
users
  .command('disable')
  .argument('<username>')
  .description('signs the user out everywhere and lets them in no more')
  .action(disableUser);
users.command('enable').argument('<username>').description('lets a disabled user sign in again').action(enableUser);
users
  .command('password')
  .argument('<username>')
  .description('sets a new password, read from standard input; ends the sessions')
  .action(setPassword);

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`homeward: ${messageOf(error)}\n`);
  process.exitCode = 1;
});

import { text } from 'node:stream/consumers';
import { roles, type Role } from '#libs/access/capabilities.js';
import { Users } from '#libs/access/postgres-users.js';
import { inProcess } from './in-process.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const shortest = 12;

const passwordFromInput = async (): Promise<string> => {
  const password = (await text(process.stdin)).replace(/\r?\n$/, '');
  if (password.length < shortest) throw new Error(`The password must have at least ${String(shortest)} characters.`);
  return password;
};

const isRole = (role: string): role is Role => roles.some((one) => one === role);

/** `homeward users list` */
export const listUsers = (): Promise<void> =>
  inProcess(
    async (app) => {
      for (const user of await app.get(Users, { strict: false }).list()) {
        say(
          `${user.username}\t${user.role}\t${user.organisation}${user.disabled ? '\tdisabled' : ''}${user.demo ? '\tdemo' : ''}`,
        );
      }
    },
    { feed: false },
  );

/** `homeward users add <username> --role … --organisation …` */
export const addUser = async (
  username: string,
  { role, organisation }: { role: string; organisation: string },
): Promise<void> => {
  if (!isRole(role)) throw new Error(`--role must be one of ${roles.join(', ')}.`);
  const password = await passwordFromInput();
  await inProcess(
    async (app) => {
      const kept = await app.get(Users, { strict: false }).add({ username, password, role, organisation });
      if (!kept.ok) throw new Error('There is a user of this name already.');
      say(`${username} may sign in as ${role} of ${organisation}.`);
    },
    { feed: false },
  );
};

/** `homeward users password <username>` */
export const setPassword = async (username: string): Promise<void> => {
  const password = await passwordFromInput();
  await inProcess(
    async (app) => {
      const kept = await app.get(Users, { strict: false }).setPassword(username, password);
      if (!kept.ok) throw new Error('There is no user of this name.');
      say(`The password of ${username} is changed; their sessions have ended.`);
    },
    { feed: false },
  );
};

/** `homeward users disable <username>` and `homeward users enable <username>` */
const setDisabled =
  (disabled: boolean, says: string) =>
  (username: string): Promise<void> =>
    inProcess(
      async (app) => {
        const kept = await app.get(Users, { strict: false }).setDisabled(username, disabled);
        if (!kept.ok) throw new Error('There is no user of this name.');
        say(`${username} ${says}.`);
      },
      { feed: false },
    );
export const disableUser = setDisabled(true, 'cannot sign in any more; their sessions have ended');
export const enableUser = setDisabled(false, 'may sign in again');

import { deterministicId } from '../platform/ids.js';
import type { Role } from './capabilities.js';
import type { Users } from './postgres-users.js';

export const demoPassword = 'homeward-demo';

/** The users of a demo (`api.md`, Conventions). `council` stands for the council's own code. */
export const demoUsers: readonly {
  readonly username: string;
  readonly role: Role;
  readonly organisation: string | 'council';
}[] = [
  { username: 'ward', role: 'ward', organisation: 'RAL' },
  { username: 'idt', role: 'idt', organisation: 'council' },
  { username: 'broker', role: 'broker', organisation: 'council' },
  { username: 'broker2', role: 'broker', organisation: 'council' },
  { username: 'reablement', role: 'reablement', organisation: 'council' },
  { username: 'provider', role: 'provider', organisation: 'prov-a' },
  { username: 'analyst', role: 'analyst', organisation: 'council' },
  { username: 'admin', role: 'admin', organisation: 'council' },
];

/** Makes the demo users that are missing; their ids are the same in every demo. */
export const addDemoUsers = async (users: Users, council: string): Promise<void> => {
  const known = new Set((await users.list()).map((user) => user.username));
  const missing = demoUsers.filter((user) => !known.has(user.username));
  await Promise.all(
    missing.map((user) =>
      users.add({
        ...user,
        organisation: user.organisation === 'council' ? council : user.organisation,
        userId: deterministicId('demo-user', user.username),
        password: demoPassword,
        demo: true,
      }),
    ),
  );
};

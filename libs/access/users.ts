import type { Role } from './capabilities.js';

export interface User {
  /** Opaque; this is what stands in the log. */
  readonly userId: string;
  readonly username: string;
  readonly role: Role;
  /** ODS code, provider id, or the council's code. */
  readonly organisation: string;
  readonly demo: boolean;
  readonly disabled: boolean;
}

/** Who signs in here. `/assign` and `/approve` take usernames: look them up with this. */
export abstract class UserDirectory {
  abstract byUsername(username: string): Promise<User | undefined>;
  /** The users of these ids; ids nobody has are missing. */
  abstract byIds(userIds: readonly string[]): Promise<ReadonlyMap<string, User>>;
}

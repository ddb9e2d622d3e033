import { demoPassword } from '#libs/access/demo-users.js';
import { signedIn } from '../../support/api-client.js';
import type { ServiceProcess } from './service-process.js';
import type { Door } from './ward-load.js';

/** The users of the load, signed in. Tokens outlive the process that gave them. */
export const doorOf = async (service: ServiceProcess): Promise<Door> => {
  const client = (user: string) => signedIn(service.url, user, demoPassword);
  const [idt, reablement, ward] = await Promise.all([client('idt'), client('reablement'), client('ward')]);
  return { mllpPort: service.mllpPort, idt, reablement, ward };
};

/** How often to try a fault: `FAULT_ROUNDS`, else so often. More finds more. */
export const roundsOr = (usual: number): number => Number(process.env['FAULT_ROUNDS'] ?? usual);

export const rounds = roundsOr(5);

/** How long a fault lasts: the setting of this name, else so many seconds. In milliseconds. */
export const secondsOr = (name: string, usual: number): number => Number(process.env[name] ?? usual) * 1000;

import { apiClient } from '../../support/api-client.js';
import { until } from './service-process.js';

export interface Readiness {
  readonly status: number;
  /** `name: why`, each. */
  readonly missing: readonly string[];
}

export const readinessOf = async (url: string): Promise<Readiness> => {
  const answer = await apiClient(url).get('/health/ready');
  const notReady = answer.json['notReady'] as readonly { name: string; why: string }[];
  return { status: answer.status, missing: notReady.map(({ name, why }) => `${name}: ${why}`) };
};

export const untilReady = async (url: string, timeoutMs = 60_000): Promise<void> => {
  let last = '';
  await until(
    async () => {
      const { status, missing } = await readinessOf(url);
      last = missing.join('; ');
      return status === 200;
    },
    timeoutMs,
    () => last,
  );
};

/** Waits until the service says that it is not ready, for a reason that reads so. */
export const untilMissing = async (url: string, reason: RegExp, timeoutMs = 60_000): Promise<void> => {
  let last = '';
  await until(
    async () => {
      const { status, missing } = await readinessOf(url);
      last = `${String(status)} ${missing.join('; ')}`;
      return status === 503 && missing.some((why) => reason.test(why));
    },
    timeoutMs,
    () => last,
  );
};

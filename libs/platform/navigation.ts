import type { Capability } from '../access/capabilities.js';

export interface Destination {
  readonly text: string;
  readonly href: string;
  /** Shown to those who may. */
  readonly capability: Capability;
  /** Smaller comes first; the first one a user may see is where `/` leads. */
  readonly order: number;
}

/** Where the pages are. One whose route does not exist in this process is shown only behind a proxy, where another service has it. */
export const destinations: readonly Destination[] = [
  { text: 'Huddle board', href: '/huddle', capability: 'case.read', order: 10 },
  { text: 'Brokerage', href: '/brokerage', capability: 'request.read', order: 20 },
  { text: 'Providers', href: '/providers', capability: 'provider.read', order: 30 },
  { text: 'Reablement', href: '/reablement', capability: 'reablement.read', order: 40 },
  { text: 'Day 91', href: '/day-91', capability: 'reablement.read', order: 50 },
  { text: 'Insights', href: '/insights', capability: 'metric.read', order: 60 },
  { text: 'Operations', href: '/operations', capability: 'operations.read', order: 80 },
  { text: 'Feeds', href: '/operations/feeds', capability: 'feed.operate', order: 85 },
  { text: 'Quarantine', href: '/operations/quarantine', capability: 'feed.operate', order: 86 },
];

/** Where a role begins its day, when not at the first page it may see. */
export const firstPages: Readonly<Record<string, readonly string[]>> = {
  broker: ['/brokerage'],
  reablement: ['/day-91', '/reablement'],
  analyst: ['/insights'],
  admin: ['/operations'],
};

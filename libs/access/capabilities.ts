export const roles = ['ward', 'idt', 'broker', 'reablement', 'provider', 'analyst', 'admin', 'feed'] as const;
export type Role = (typeof roles)[number];

/** `own`: of their own organisation only. `pseudonyms`: without anything personal. `demo`: admin, in a demo only. */
export type Grant = 'yes' | 'own' | 'read' | 'pseudonyms';

interface Row {
  readonly says: string;
  readonly grants: Partial<Record<Role, Grant>>;
}
const row = (says: string, grants: Partial<Record<Role, Grant>>): Row => ({ says, grants });

/** Who may do what: guards, the role × route test and the docs come from this table. `admin` may do everything in a demo. */
export const capabilities = {
  'case.refer': row('refer, criteria to reside, expected date', { ward: 'own', idt: 'yes' }),
  'case.read': row('read stay, case, board', { ward: 'own', idt: 'yes', broker: 'yes', reablement: 'yes' }),
  'case.command': row('other case commands, huddles', { idt: 'yes' }),
  'request.command': row('open, complete, approve, withdraw a request', { idt: 'yes', broker: 'yes' }),
  'request.read': row('read requests', { idt: 'yes', broker: 'yes', provider: 'own' }),
  'request.source': row('claim, match, send, award, start, fail; providers', { broker: 'yes' }),
  'provider.read': row('read providers', { broker: 'yes', idt: 'yes', provider: 'own' }),
  'request.respond': row('respond, offer, confirm, capacity, receipts', { broker: 'yes', provider: 'own' }),
  'reablement.read': row('read episodes and checks', { idt: 'yes', reablement: 'yes' }),
  'reablement.command': row('episodes, checks', { reablement: 'yes' }),
  'metric.read': row('values of figures, aggregate exports', {
    ward: 'own',
    idt: 'yes',
    broker: 'yes',
    reablement: 'yes',
    provider: 'own',
    analyst: 'yes',
  }),
  'metric.people': row('people behind figures', { idt: 'yes', reablement: 'own', analyst: 'pseudonyms' }),
  'export.records': row('record-level export (cld)', { idt: 'yes' }),
  'feed.operate': row('quarantine, feeds', { ward: 'own', idt: 'yes', admin: 'yes' }),
  // What a hospital wrote of people, referred or not: nothing for the admin of a live service.
  'quarantine.open': row('read and correct a quarantined message', { ward: 'own', idt: 'yes' }),
  'feed.send': row('send ward events', { feed: 'yes', ward: 'own' }),
  'people.merge': row('settle and revert merges', { idt: 'yes', admin: 'yes' }),
  'settings.change': row('change settings', { idt: 'yes', admin: 'yes' }),
  'operations.read': row('consumers, lag, parked people', { idt: 'yes', admin: 'yes' }),
  'operations.command': row('retry parked people, rebuild', { admin: 'yes' }),
  'audit.read': row('audit of reads and writes', { admin: 'yes' }),
  'users.manage': row('users and sessions', { admin: 'yes' }),
  'people.erase': row('erasure', { admin: 'yes' }),
  'own.session': row('one’s own session', {
    ward: 'yes',
    idt: 'yes',
    broker: 'yes',
    reablement: 'yes',
    provider: 'yes',
    analyst: 'yes',
    admin: 'yes',
    feed: 'yes',
  }),
} as const satisfies Record<string, Row>;

export type Capability = keyof typeof capabilities;

/** What the role may; `undefined` = nothing. */
export const grantOf = (role: Role, capability: Capability, demo: boolean): Grant | undefined =>
  demo && role === 'admin' ? 'yes' : (capabilities[capability].grants as Partial<Record<Role, Grant>>)[role];

import type { Grant, Role } from './capabilities.js';

/** The person or machine behind a request, as guards put it on the request. */
export interface SignedIn {
  readonly userId: string;
  readonly username: string;
  readonly role: Role;
  /** ODS code, provider id, or the council. */
  readonly organisation: string;
  /** What the route's capability gives this role: scope queries to `organisation` when `own`. */
  readonly grant: Grant;
  readonly via: 'token' | 'session' | 'link' | 'feed';
}

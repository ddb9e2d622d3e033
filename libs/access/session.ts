/** A page session: the cookie's holder, with the token its forms carry. */
export interface Session {
  readonly sessionId: string;
  readonly userId: string;
  readonly csrfToken: string;
  readonly expiresAt: string;
}

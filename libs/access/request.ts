import type { Session } from './session.js';
import type { SignedIn } from './signed-in.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Put there by the access guard. */
    signedIn?: SignedIn;
    /** The page session, when the caller came with its cookie. */
    session?: Session;
    /** Put there by the access guard: asks anew whether the caller is still signed in, for answers that go on for hours. */
    stillSignedIn?: () => Promise<boolean>;
    /** Runs through everything the request sets off. */
    correlationId?: string;
    /** For inline styles that a page cannot do without; script never stands in a page. */
    cspNonce?: string;
  }
}

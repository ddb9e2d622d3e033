import { Injectable, Logger, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../platform/problem.js';
import { Settings } from '../platform/settings.js';
import { grantOf, type Capability, type Grant } from './capabilities.js';
import { sessionCookie } from './cookies.js';
import { mayKey, openKey } from './may.js';
import './request.js';
import { sameSecret } from './secrets.js';
import { Sessions } from './sessions.js';
import type { SignedIn } from './signed-in.js';
import { AccessTokens, type Holder } from './tokens.js';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Denies by default: a route says what it needs with `@May`, or why it is `@Open`; one that says neither is for nobody. */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly logger = new Logger('access');

  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: AccessTokens,
    private readonly sessions: Sessions,
    private readonly settings: Settings,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const where = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<string | undefined>(openKey, where) !== undefined) {
      await this.recognise(request);
      return true;
    }
    const capability = this.reflector.getAllAndOverride<Capability | undefined>(mayKey, where);
    if (capability === undefined) {
      this.logger.error(`A route has neither @May nor @Open: ${context.getClass().name}.${context.getHandler().name}`);
      throw notAllowed();
    }
    const signedIn = await this.identify(request);
    const grant = grantOf(signedIn.role, capability, this.settings.demo !== 'off');
    if (grant === undefined) {
      // Kept for the error page, which still shows who is signed in.
      request.signedIn = { ...signedIn, grant: 'read' };
      throw notAllowed();
    }
    request.signedIn = { ...signedIn, grant };
    if (signedIn.via === 'session') refuseForged(request);
    return true;
  }

  /** Open routes greet who is signed in, and let everybody else pass. */
  private async recognise(request: FastifyRequest): Promise<void> {
    const found = await this.bySession(request);
    if (found) request.signedIn = { ...found, grant: 'read' satisfies Grant };
  }

  private async identify(request: FastifyRequest): Promise<Omit<SignedIn, 'grant'>> {
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const token = /^Bearer +([A-Za-z0-9_~+/.=-]{20,200})$/i.exec(authorization)?.[1];
      const holder = token === undefined ? undefined : await this.tokens.holderOf(token);
      if (!holder)
        throw new Problem(401, 'token.not-good', 'The access token is not good, or not good any more. Sign in again.');
      if (token !== undefined) request.stillSignedIn = () => this.tokens.isGood(token);
      return signedInAs(holder, 'token');
    }
    const found = await this.bySession(request);
    if (!found) throw new Problem(401, 'not-signed-in', 'Sign in first.');
    return found;
  }

  private async bySession(request: FastifyRequest): Promise<Omit<SignedIn, 'grant'> | undefined> {
    const secret = request.cookies[sessionCookie(this.settings)];
    const found = secret === undefined ? undefined : await this.sessions.find(secret);
    if (secret === undefined || !found) return undefined;
    request.session = found.session;
    request.stillSignedIn = () => this.sessions.isGood(secret);
    return signedInAs(found.holder, 'session');
  }
}

const signedInAs = (
  { userId, username, role, organisation }: Holder,
  via: SignedIn['via'],
): Omit<SignedIn, 'grant'> => ({
  userId,
  username,
  role,
  organisation,
  via,
});

const notAllowed = (): Problem => new Problem(403, 'not-allowed', 'Your role may not do this.');

/** What changes something needs the token of the session, in the form (`_csrf`) or as a header: another site cannot know it. */
const refuseForged = (request: FastifyRequest): void => {
  if (safeMethods.has(request.method)) return;
  const given = takeCsrfToken(request);
  if (given === undefined || !request.session || !sameSecret(given, request.session.csrfToken)) {
    throw new Problem(
      403,
      'csrf.missing',
      'This form is out of date. Go back, load the page again and send it once more.',
    );
  }
};

/** The CSRF token of a request, taken off the body, where no DTO knows it. */
export const takeCsrfToken = (request: FastifyRequest): string | undefined => {
  const header = request.headers['x-csrf-token'];
  const { body } = request;
  let field: unknown;
  if (typeof body === 'object' && body !== null && '_csrf' in body) {
    field = body._csrf;
    Reflect.deleteProperty(body, '_csrf');
  }
  const given = typeof field === 'string' ? field : header;
  return typeof given === 'string' ? given : undefined;
};

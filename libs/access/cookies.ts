import type { Settings } from '../platform/settings.js';

/** Whether the service is reached over https: then cookies are `Secure` and HSTS is sent. Only a plain-http demo does without. */
export const isSecure = (settings: Pick<Settings, 'mode' | 'publicUrl'>): boolean =>
  settings.publicUrl === undefined ? settings.mode === 'production' : settings.publicUrl.startsWith('https://');

interface CookieOptions {
  readonly path: '/';
  readonly httpOnly: true;
  readonly sameSite: 'lax';
  readonly secure: boolean;
}

export const cookieOptions = (settings: Settings): CookieOptions => ({
  path: '/',
  httpOnly: true,
  // Lax and not strict: a link in a message to the team must open signed in. Changes need a CSRF token anyway.
  sameSite: 'lax',
  secure: isSecure(settings),
});

/** `__Host-`: the browser itself then refuses the cookie over plain http or for a sub-domain. */
export const sessionCookie = (settings: Settings): string => (isSecure(settings) ? '__Host-homeward' : 'homeward');

/** Holds the CSRF token of the sign-in form, before there is a session. */
export const signInCookie = (settings: Settings): string =>
  isSecure(settings) ? '__Host-homeward-sign-in' : 'homeward-sign-in';

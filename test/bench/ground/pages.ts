import { demoPassword } from '#libs/access/demo-users.js';

const cookiesOf = (answer: Response): string =>
  answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0] ?? '')
    .filter((cookie) => !cookie.endsWith('='))
    .join('; ');

/** Signs in by the page's own form, as a browser does; gives the cookie to send with what follows. */
export const signInToPages = async (url: string, username: string): Promise<string> => {
  const form = await fetch(`${url}/sign-in`);
  const csrf = /name="_csrf" value="([^"]+)"/.exec(await form.text())?.[1];
  if (csrf === undefined) throw new Error('The sign-in page has no form.');
  const done = await fetch(`${url}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: cookiesOf(form) },
    body: new URLSearchParams({ username, password: demoPassword, _csrf: csrf }),
  });
  if (done.status !== 303) throw new Error(`Signing in to the pages answered ${String(done.status)}.`);
  return cookiesOf(done);
};

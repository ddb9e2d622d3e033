export interface Seen {
  readonly status: number;
  readonly location: string | null;
  readonly text: string;
}

/** A browser without script: a cookie, forms, redirects by hand. */
export interface NoScript {
  go(path: string, form?: Readonly<Record<string, string>>): Promise<Seen>;
  csrfOf(html: string): string;
}

/** Signed in as a demo user. */
export const signedIn = async (url: string, username: string): Promise<NoScript> => {
  let cookie = '';
  const go: NoScript['go'] = async (path, form) => {
    const answer = await fetch(`${url}${path}`, {
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        cookie,
        ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      },
      ...(form ? { method: 'POST', body: new URLSearchParams(form).toString() } : {}),
    });
    const set = answer.headers.getSetCookie().map((one) => one.split(';')[0]);
    if (set.length > 0) cookie = set.join('; ');
    return { status: answer.status, location: answer.headers.get('location'), text: await answer.text() };
  };
  const csrfOf = (html: string): string => /name="_csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
  const signIn = await go('/sign-in');
  await go('/sign-in', { username, password: 'homeward-demo', _csrf: csrfOf(signIn.text) });
  return { go, csrfOf };
};

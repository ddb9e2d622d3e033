import { demoPassword } from '#libs/access/demo-users.js';

export interface Visited {
  readonly status: number;
  /** The path of the page, where redirects led in the end. */
  readonly url: string;
  readonly location: string | null;
  readonly headers: Headers;
  readonly html: string;
  /** The page without its markup, for what a reader sees. */
  readonly text: string;
}

type Fields = Readonly<Record<string, string | readonly string[]>>;

const entities: Readonly<Record<string, string>> = { amp: '&', quot: '"', lt: '<', gt: '>', '#39': "'" };
const textOf = (html: string): string =>
  html
    .replaceAll(/<script[\s\S]*?<\/script>/g, ' ')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&(#?\w+);/g, (whole, name: string) => entities[name] ?? whole)
    .replaceAll(/\s+/g, ' ');

/** The token of the form a page holds. */
export const csrfOf = (html: string): string => /name="_csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';

/** A browser without JavaScript: it keeps cookies, and sends forms with the token of the page seen last. */
export class Browser {
  readonly cookies = new Map<string, string>();
  private csrf = '';

  constructor(
    private readonly base: string,
    private readonly follows = false,
  ) {}

  static async signedIn(base: string, username: string): Promise<Browser> {
    const browser = new Browser(base);
    await browser.open('/sign-in');
    await browser.send('/sign-in', { username, password: demoPassword });
    return browser;
  }

  /** The same browser, going on to where redirects lead. */
  following(): Browser {
    const browser = new Browser(this.base, true);
    for (const [name, value] of this.cookies) browser.cookies.set(name, value);
    browser.csrf = this.csrf;
    return browser;
  }

  open(path: string): Promise<Visited> {
    return this.visit(path);
  }

  /** Sends a form; a field may have several values. */
  send(path: string, fields: Fields): Promise<Visited> {
    return this.visit(path, { _csrf: this.csrf, ...fields });
  }

  private async visit(path: string, fields?: Fields): Promise<Visited> {
    const visited = await this.request(path, fields);
    if (this.follows && visited.location !== null && visited.status >= 300 && visited.status < 400)
      return this.visit(visited.location);
    this.csrf = csrfOf(visited.html) || this.csrf;
    return visited;
  }

  /** One request as it is: no token is added, no redirect followed. */
  async request(path: string, fields?: Fields, headers: Readonly<Record<string, string>> = {}): Promise<Visited> {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(fields ?? {}))
      for (const one of typeof value === 'string' ? [value] : value) body.append(name, one);
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(new URL(path, this.base), {
      redirect: 'manual',
      headers: { accept: 'text/html', cookie, ...headers },
      ...(fields ? { method: 'POST', body } : {}),
    });
    for (const set of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (set.split(';')[0] ?? '').split('=');
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const html = await response.text();
    const url = response.url.slice(new URL(this.base).origin.length);
    const location = response.headers.get('location');
    return { status: response.status, url, location, headers: response.headers, html, text: textOf(html) };
  }
}

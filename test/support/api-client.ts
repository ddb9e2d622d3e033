/** What a program sees of an answer. `body` is parsed JSON, else text; `undefined` when there was none. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
  /** The body, held to be an object: `answer.json['caseId']`. */
  readonly json: Readonly<Record<string, unknown>>;
  /** A text field of the body, e.g. `answer.text('caseId')`; throws when it is none, with the whole body. */
  text(field: string): string;
}

type Headers_ = Readonly<Record<string, string>>;

export interface ApiClient {
  /** Paths below `/api/v1` may leave that out: `/cases` is `/api/v1/cases`. Others are written in full: `/health/ready`. */
  get(path: string, headers?: Headers_): Promise<ApiAnswer>;
  /** Objects are sent as JSON; text and bytes as they are, with the content type given in `headers`. */
  post(path: string, body?: unknown, headers?: Headers_): Promise<ApiAnswer>;
  put(path: string, body?: unknown, headers?: Headers_): Promise<ApiAnswer>;
  patch(path: string, body?: unknown, headers?: Headers_): Promise<ApiAnswer>;
  delete(path: string, headers?: Headers_): Promise<ApiAnswer>;
  readonly token: string | undefined;
}

const whole = /^\/(?:api|fhir|health|offers|assets|sign-|$)/;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const answerOf = async (response: Response): Promise<ApiAnswer> => {
  const text = await response.text();
  const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
  const body: unknown = text === '' ? undefined : isJson ? JSON.parse(text) : text;
  return {
    status: response.status,
    headers: response.headers,
    body,
    json: isObject(body) ? body : {},
    text: (field) => {
      const value = isObject(body) ? body[field] : undefined;
      if (typeof value === 'string') return value;
      throw new Error(`No text in ${field} of the answer ${String(response.status)} ${text}`);
    },
  };
};

/** A client of the API with this token, or with none. */
export const apiClient = (url: string, token?: string): ApiClient => {
  const send = async (method: string, path: string, body: unknown, headers: Headers_ = {}): Promise<ApiAnswer> => {
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    return answerOf(
      await fetch(`${url}${whole.test(path) ? path : `/api/v1${path}`}`, {
        method,
        redirect: 'manual',
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined || raw ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: raw ? new Blob([body]) : JSON.stringify(body) }),
      }),
    );
  };
  return {
    get: (path, headers) => send('GET', path, undefined, headers),
    post: (path, body, headers) => send('POST', path, body, headers),
    put: (path, body, headers) => send('PUT', path, body, headers),
    patch: (path, body, headers) => send('PATCH', path, body, headers),
    delete: (path, headers) => send('DELETE', path, undefined, headers),
    token,
  };
};

/** Signs in and gives the client that goes with it. */
export const signedIn = async (url: string, username: string, password: string): Promise<ApiClient> => {
  const answer = await apiClient(url).post('/auth/token', { username, password });
  if (answer.status !== 200) throw new Error(`Signing in as ${username} answered ${String(answer.status)}.`);
  return apiClient(url, answer.text('accessToken'));
};

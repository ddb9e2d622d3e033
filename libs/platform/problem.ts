/** One fault of what came in: which field, and a sentence that names the rule. Never the value. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

interface ProblemExtras {
  readonly errors?: readonly FieldError[];
  /** Extra members of the problem document, e.g. `{caseId}`. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds?: number;
}

/** An answer that is not a success, RFC 9457. `code` is for programs, `message` for people. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly errors: readonly FieldError[] | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    extras: ProblemExtras = {},
  ) {
    super(message);
    this.errors = extras.errors;
    this.details = extras.details;
    this.retryAfterSeconds = extras.retryAfterSeconds;
  }

  /** 400 with one fault per field. */
  static invalid(errors: readonly FieldError[], code = 'request.invalid-field'): Problem {
    return new Problem(400, code, errors.map((error) => `${error.field}: ${error.message}`).join('; '), { errors });
  }

  static invalidField(field: string, message: string, code?: string): Problem {
    return Problem.invalid([{ field, message }], code);
  }

  static notFound(what = 'This'): Problem {
    return new Problem(404, 'not-found', `${what} does not exist.`);
  }

  static unavailable(message: string, retryAfterSeconds = 2): Problem {
    return new Problem(503, 'unavailable', message, { retryAfterSeconds });
  }
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Sign in first',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  406: 'Not acceptable',
  409: 'A rule refuses',
  412: 'Changed in the meantime',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'Idempotency key reused',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Not available now',
};

export const titleOf = (status: number): string =>
  titles[status] ?? (status < 500 ? 'Request refused' : 'Internal error');

export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly [extra: string]: unknown;
}

export const documentOf = (problem: Problem): ProblemDocument => ({
  ...problem.details,
  type: 'about:blank',
  title: titleOf(problem.status),
  status: problem.status,
  code: problem.code,
  detail: problem.message,
  ...(problem.errors ? { errors: problem.errors } : {}),
});

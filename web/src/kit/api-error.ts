/** A field the server refused, by its path in the request body (`prices.0.amount`). */
export interface FieldFault {
  path: string;
  message: string;
}

interface ApiErrorParts {
  status: number;
  code: string;
  title: string;
  detail?: string | undefined;
  requestId?: string | undefined;
  fields?: readonly FieldFault[] | undefined;
}

/**
 * Every failure of a call to the API, in one shape. `code` is the server's stable code, or one
 * of ours: `network` (no answer), `timeout`, `unexpected_response` (an answer that is not ours).
 */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string | undefined;
  readonly requestId: string | undefined;
  readonly fields: readonly FieldFault[];

  constructor(parts: ApiErrorParts) {
    super(parts.detail ?? parts.title);
    this.name = 'ApiError';
    this.status = parts.status;
    this.code = parts.code;
    this.title = parts.title;
    this.detail = parts.detail;
    this.requestId = parts.requestId;
    this.fields = parts.fields ?? [];
  }

  /** Whether the same call may succeed when it is simply made again. */
  get retriable(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** @returns the problem+json of a refused response as an error; never throws itself. */
export async function readProblem(response: Response): Promise<ApiError> {
  const requestId = response.headers.get('x-request-id') ?? undefined;
  const body = await response.json().catch(() => undefined);
  if (!isRecord(body) || typeof body['title'] !== 'string') {
    return new ApiError({
      status: response.status,
      code: 'unexpected_response',
      title: `The server answered ${response.status}`,
      requestId,
    });
  }
  return new ApiError({
    status: response.status,
    code: text(body['code']) ?? 'unexpected_response',
    title: body['title'],
    detail: text(body['detail']),
    requestId: text(body['request_id']) ?? requestId,
    fields: readFields(body['errors']),
  });
}

function readFields(value: unknown): FieldFault[] {
  if (!Array.isArray(value)) return [];
  return value.filter(
    (item): item is FieldFault =>
      isRecord(item) && typeof item['path'] === 'string' && typeof item['message'] === 'string',
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

import type { OpenAPIHono } from '@hono/zod-openapi';
import { PAGE_MAX, type Page } from '../contract/page.ts';
import { CSV_BEGINS, csvHeaders, csvLine } from './csv.ts';
import {
  cellText,
  columnsOf,
  itemsOf,
  type Column,
  type Named,
  type Schema,
} from './csv-columns.ts';
import { Fault } from './fault.ts';
import type { Api, ApiContext } from './http.ts';

type Operation = {
  parameters?: { name: string }[];
  responses?: Record<string, { content?: Record<string, { schema?: Schema }> }>;
};
type Document = {
  paths?: Record<string, { get?: Operation }>;
  components?: { schemas?: Named };
};

/** A list of the API: which paths are it, and what its file has. */
type List = { pattern: RegExp; columns: Column[]; isPaged: boolean };
type Items = Partial<Page<Record<string, unknown>>> & { data: Record<string, unknown>[] };

const SUFFIX = '.csv';
/** More than this is asked for in parts, by a filter. */
const ROWS_MAX = 1_000_000;

function listsOf({ paths = {}, components = {} }: Document): List[] {
  const named = components.schemas ?? {};
  return Object.entries(paths).flatMap(([path, { get }]) => {
    const items = itemsOf(get?.responses?.['200']?.content?.['application/json']?.schema, named);
    if (items === undefined) return [];
    const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
    const isPaged = get?.parameters?.some(({ name }) => name === 'cursor') === true;
    return [{ pattern, columns: columnsOf(items, named), isPaged }];
  });
}

/** Reads one page by a request like the one for the file: the same caller, the same filters. */
async function pageAt(app: OpenAPIHono<Api>, c: ApiContext, url: URL): Promise<Response> {
  const headers = new Headers(c.req.raw.headers);
  headers.set('accept', 'application/json');
  return app.fetch(new Request(url, { headers, signal: c.req.raw.signal }), c.env);
}

/** The pages of a list behind the first one, each asked for when the one before was taken. */
async function* pagesOf(first: Items, next: (cursor: string) => Promise<Response>) {
  let page = first;
  let rows = page.data.length;
  yield page.data;
  while (typeof page.next_cursor === 'string') {
    if (rows >= ROWS_MAX) throw new Error(`a file has over ${ROWS_MAX} rows`);
    const answer = await next(page.next_cursor);
    if (!answer.ok) throw new Error(`a page of a file was answered ${answer.status}`);
    page = (await answer.json()) as Items;
    rows += page.data.length;
    yield page.data;
  }
}

/**
 * The lines of a file as they are read. What fails on the way breaks the answer off: a file that
 * ends early must not look whole.
 */
function streamed(pages: AsyncGenerator<Items['data']>, columns: Column[]): ReadableStream {
  const encoder = new TextEncoder();
  const head = CSV_BEGINS + csvLine(columns.map(({ name }) => name));
  let begun = false;
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const { done, value } = await pages.next();
      if (done) return controller.close();
      const lines = value.map((item) => csvLine(columns.map((column) => cellText(item, column))));
      controller.enqueue(encoder.encode((begun ? '' : head) + lines.join('')));
      begun = true;
      return undefined;
    },
    cancel: async () => void (await pages.return(undefined)),
  });
}

const refusePlace = (url: URL): void => {
  const path = ['limit', 'cursor'].find((name) => url.searchParams.has(name));
  if (path === undefined) return;
  throw new Fault('invalid_request', {
    errors: [{ path, message: 'is not for a file, which has all' }],
  });
};

/**
 * The answer to what no endpoint matched: each list of the API is a file at its path with `.csv`,
 * with the same filters, for the same callers. Else what `otherwise` says.
 */
export function csvFiles(
  app: OpenAPIHono<Api>,
  document: () => object,
  otherwise: (c: ApiContext) => Response,
): (c: ApiContext) => Promise<Response> {
  let lists: List[] | undefined;
  return async (c) => {
    const isRead = c.req.method === 'GET' || c.req.method === 'HEAD';
    if (!isRead || !c.req.path.endsWith(SUFFIX)) return otherwise(c);
    lists ??= listsOf(document() as Document);
    const url = new URL(c.req.url);
    url.pathname = url.pathname.slice(0, -SUFFIX.length);
    const path = c.req.path.slice(0, -SUFFIX.length);
    const list = lists.find(({ pattern }) => pattern.test(path));
    if (list === undefined) return otherwise(c);
    refusePlace(url);
    if (list.isPaged) url.searchParams.set('limit', String(PAGE_MAX));
    const first = await pageAt(app, c, url);
    if (!first.ok) return first;
    const next = (cursor: string): Promise<Response> => {
      url.searchParams.set('cursor', cursor);
      return pageAt(app, c, url);
    };
    const pages = pagesOf((await first.json()) as Items, next);
    const day = new Date(c.get('now')).toISOString().slice(0, 10);
    const name = `${path.split('/').at(-1) ?? 'list'}-${day}`;
    return c.body(streamed(pages, list.columns), 200, csvHeaders(name));
  };
}

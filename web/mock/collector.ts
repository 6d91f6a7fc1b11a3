import type { Context, Hono } from 'hono';
import type { MockState } from './state.ts';

/** What pays invoices; a card that is charged here is declined. */
export function portalCollector(
  app: Hono,
  state: MockState,
  member: (c: Context) => unknown,
): void {
  app.post('/payment-pages', async (c) => {
    member(c);
    const { page: wanted } = await c.req.json<{ page: string }>();
    return c.json(
      { url: `${new URL(c.req.header('origin') ?? '').origin}/sign-up#${wanted}` },
      201,
    );
  });
  app.post('/invoices/:invoice/charge', (c) => {
    member(c);
    const said = { status: 409, code: 'state_conflict', detail: 'Your card was declined.' };
    return c.json({ type: 'about:blank', title: 'Conflict', request_id: 'req_1', ...said }, 409);
  });
  app.get('/invoices/:invoice/collection', (c) => {
    member(c);
    return c.json({ failure: state.declined });
  });
  app.get('/collector', (c) => {
    member(c);
    return c.json(state.collector);
  });
}

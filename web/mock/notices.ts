import type { Context, Hono } from 'hono';
import type { Customer } from '@tollgate/billing-core/contract/customer.ts';
import type { NoticeKind, NoticeSettings } from '@tollgate/billing-core/contract/notice.ts';
import { found, page } from './http.ts';
import { ago, mint, type MockState } from './state.ts';

const KINDS: NoticeKind[] = ['quota', 'included_units', 'trial_ending', 'payment_failed'];

export function seedNotices(customerId: string): Pick<MockState, 'notices' | 'noticeSettings'> {
  const letter = { tries: 1, unsure: false, said: null, sent_at: ago(50_000) };
  const about = { customer_id: customerId, path: '/usage', detail: { percent: '80' } };
  return {
    noticeSettings: { addresses: null, mailed: KINDS },
    notices: [
      {
        ...about,
        id: mint('ntc'),
        kind: 'quota',
        title: 'The quota of requests is used up',
        body: '100,000 of 100,000 requests are used.\nRequests that need more of it are refused.',
        at: ago(60_000),
        read: false,
        letters: [
          { ...letter, address: 'ada@acme.example', state: 'sent' },
          {
            ...letter,
            address: 'gone@acme.example',
            state: 'refused',
            sent_at: null,
            said: '550 5.1.1 nobody of that name lives here, and nobody of it ever did',
          },
        ],
      },
      {
        ...about,
        id: mint('ntc'),
        kind: 'quota',
        title: '80 % of the quota of requests is used',
        body: '80,000 of 100,000 requests are used.',
        at: ago(86_400_000),
        read: true,
        letters: [],
      },
    ],
  };
}

/** Notices as admins have them. */
export function adminNotices(app: Hono, state: MockState): void {
  app.get('/notices', (c) =>
    page(
      c,
      state.notices.filter((one) => one.customer_id === c.req.query('customer_id')),
    ),
  );
  settings(app, state, '/customers/:id/notice-settings');
}

function settings(app: Hono, state: MockState, path: string): void {
  app.get(path, (c) => c.json(state.noticeSettings));
  app.put(path, async (c) => {
    state.noticeSettings = (await c.req.json()) as NoticeSettings;
    return c.json(state.noticeSettings);
  });
}

/** The same as the customer's people have them. */
export function portalNotices(app: Hono, state: MockState, member: (c: Context) => Customer): void {
  const own = (c: Context) => {
    const { id } = member(c);
    return state.notices.filter((one) => one.customer_id === id);
  };
  const unread = (c: Context) => own(c).filter(({ read }) => !read).length;
  app.get('/notices', async (c) => {
    const rows = (await page(c, own(c)).json()) as object;
    return c.json({ ...rows, unread: unread(c) });
  });
  app.post('/notices/read', (c) => {
    for (const one of own(c)) one.read = true;
    return c.json({ unread: 0 });
  });
  app.post('/notices/:notice/read', (c) => {
    found(own(c).find(({ id }) => id === c.req.param('notice'))).read = true;
    return c.json({ unread: unread(c) });
  });
  settings(app, state, '/notice-settings');
}

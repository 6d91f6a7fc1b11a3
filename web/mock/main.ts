import { serve } from '@hono/node-server';
import { createMock } from './app.ts';

/** The mock for `npm run dev -w web`: traffic flows by itself. */
const PORT = 4021;
const TICK_MS = 700;

const { app, state } = createMock();
serve({ fetch: app.fetch, port: PORT, hostname: '127.0.0.1' }, () => {
  process.stdout.write(
    `mock billing-core on http://127.0.0.1:${PORT}\n` +
      state.users.map((user) => `  ${user.email} / ${user.password}\n`).join(''),
  );
});

setInterval(() => {
  const [busiest] = state.today.keys();
  if (busiest === undefined) return;
  state.today.set(busiest, (state.today.get(busiest) ?? 0) + Math.ceil(Math.random() * 5));
}, TICK_MS);

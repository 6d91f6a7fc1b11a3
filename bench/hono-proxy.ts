// A peer: the proxy that Hono's documentation shows, on its Node server.
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { proxy } from 'hono/proxy';

const [port, upstream] = process.argv.slice(2);
const app = new Hono();
app.all('*', (c) => proxy(`${upstream}${c.req.path}`, { ...c.req, headers: c.req.header() }));
serve({ fetch: app.fetch, port: Number(port), hostname: '127.0.0.1' });

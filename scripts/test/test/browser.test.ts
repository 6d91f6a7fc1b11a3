import { createServer, type Server } from 'node:http';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../browser.ts';
import { freePort } from '../free-port.ts';

const PAGE = `<!doctype html><meta charset="utf-8"><title>Toll</title>
<style>span { font-size: 40px } .none { font-family: no-such-font }</style>
<h1>Every count provable</h1><span>iiiiiiii</span><br><span>WWWWWWWW</span>
<script>document.title += ' paid'</script>`;

let browser: Browser;
let server: Server;
let url: string;

beforeAll(async () => {
  const port = await freePort();
  url = `http://localhost:${port}/`;
  server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
  }).listen(port, '127.0.0.1');
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser.close();
  server.close();
});

test('a page runs its scripts and is drawn with real letters', async () => {
  const page = await browser.newPage();
  await page.goto(url);
  expect(await page.title()).toBe('Toll paid');
  const [narrow, wide] = await page
    .locator('span')
    .evaluateAll((spans) => spans.map((span) => span.getBoundingClientRect().width));
  expect(wide, 'without fonts every letter is the same box').toBeGreaterThan(narrow! * 2);
  const picture = await page.screenshot();
  expect(picture.subarray(1, 4).toString()).toBe('PNG');
});

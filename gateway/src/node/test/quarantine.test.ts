import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { LiveProcess } from './live-process.ts';
import { useMeters } from './meters.ts';

const meters = useMeters();
const PATIENT = { timeout: 15_000, interval: 20 };
let process: LiveProcess | undefined;
afterEach(() => process?.kill());

test('a damaged segment is put aside when core has the rest, and the gap', async () => {
  const customer = 'cus_quarantine';
  const { spoolDir, core } = meters;
  // Nothing is in a batch that core has: all of it is in frames.
  core.weather = () => 'refused';
  process = new LiveProcess({ spoolDir, coreUrl: core.url, customer });
  await process.answers(60);
  const [boot = ''] = process.boots;
  await process.kill();
  const dir = join(spoolDir, 'boots', boot);
  const segment = readdirSync(dir).find((name) => name.startsWith('segment-')) ?? '';
  // As if it had been killed before it cut one: a batch would have what the frame says.
  for (const name of readdirSync(dir)) if (name.endsWith('.tgb')) rmSync(join(dir, name));
  const bytes = readFileSync(join(dir, segment));
  const place = bytes.indexOf(10) + 60;
  bytes[place] = (bytes[place] as number) ^ 0xff;
  writeFileSync(join(dir, segment), bytes);
  core.weather = () => 'fair';
  meters.open();
  const gap = { reason: 'corrupt_frames', first_frame: 1n, last_frame: 1n };
  await vi.waitFor(async () => {
    const gaps = await meters.sql`select reason, first_frame, last_frame from usage_gaps
      where boot_id = ${boot}`;
    expect(gaps).toContainEqual(gap);
    const [row] = await meters.sql`select state from boots where boot_id = ${boot}`;
    expect(row?.['state']).toBe('forfeited');
    expect(readdirSync(dir)).toContain(`${segment}.quarantined`);
  }, PATIENT);
  expect(readdirSync(dir)).not.toContain(segment);
});

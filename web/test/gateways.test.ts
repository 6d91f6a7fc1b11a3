import { describe, expect, test } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { framePages, page, stage } from './frame.ts';
import { ADMIN, violationsOn } from './stage.ts';

framePages(ADMIN);

const LOST = { gateway: 'gw_p41xd8', boot: 'bt_5f0c77d2aa' };
const lost = () =>
  stage.state.fleet.gateways
    .find(({ id }) => id === LOST.gateway)
    ?.boots.find(({ boot }) => boot === LOST.boot);
const rowOf = (boot: string) => page.getByRole('row').filter({ hasText: boot });

test('each boot says where it stands, and what is lost is told', async () => {
  await page.goto(paths.adminGateways());
  await rowOf('bt_b3f81c0a44').getByText('Live').waitFor();
  await rowOf(LOST.boot).getByText('Silent').waitFor();
  expect(await rowOf('bt_03aa912c5e').first().textContent()).toContain('17');
  await page.getByRole('region', { name: 'Gaps' }).getByText('88,104 to 88,110').waitFor();
  await page.getByRole('region', { name: 'Dead letters' }).getByText('columns differ').waitFor();
});

test('figures that are not there yet are not zero, and an error heals', async () => {
  stage.state.failing.add('/v1/usage/gaps');
  await page.goto(paths.adminGateways());
  const gaps = page.getByRole('region', { name: 'Gaps' });
  await gaps.getByRole('button', { name: 'Retry' }).waitFor();
  expect(await gaps.getByText('No gap is known.').count()).toBe(0);
  stage.state.failing.delete('/v1/usage/gaps');
  await gaps.getByRole('button', { name: 'Retry' }).click();
  await gaps.getByText('corrupt_frames').waitFor();
});

test('a boot that is heard of cannot be written off', async () => {
  await page.goto(paths.adminGateways({ gateway: 'gw_7k2m9q', boot: 'bt_b3f81c0a44' }));
  await page.getByText('While it is heard of there is nothing to give up.').waitFor();
  expect(await page.getByRole('button', { name: 'Write off…' }).count()).toBe(0);
});

describe('writing off', () => {
  test.each([
    [320, 'light'],
    [768, 'dark'],
    [1280, 'light'],
  ] as const)('is sound at %d px, %s, in the drawer and in the question', async (width, theme) => {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await page.goto(paths.adminGateways(LOST));
    await page.getByRole('dialog').getByText('312').waitFor();
    const faults = async () => (await violationsOn(page)).map((one) => one.id);
    expect(await faults()).toEqual([]);
    await page.getByRole('button', { name: 'Write off…' }).click();
    await page.getByText('until their windows end').waitFor();
    expect(await faults()).toEqual([]);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(over).toBeLessThanOrEqual(0);
  });

  test('of units that are not known says so, not that there are none', async () => {
    stage.state.failing.add('/v1/quota-windows');
    await page.goto(paths.adminGateways(LOST));
    await page.getByRole('button', { name: 'Write off…' }).click();
    await page.getByText('How many units it holds is not known just now.').waitFor();
    expect(await page.getByText('It holds no units').count()).toBe(0);
    stage.state.failing.delete('/v1/quota-windows');
  });

  test('names its consequences, and takes the name of the boot, by keyboard alone', async () => {
    await page.goto(paths.adminGateways());
    await page.getByRole('link', { name: LOST.boot }).focus();
    await page.keyboard.press('Enter');
    const button = page.getByRole('button', { name: 'Write off…' });
    await button.focus();
    await page.keyboard.press('Enter');
    const question = page.getByRole('dialog', { name: 'Write this boot off?' });
    await question.getByText('Requests: 312').waitFor();
    const confirm = question.getByRole('button', { name: 'Write boot off' });
    expect(await confirm.isDisabled()).toBe(true);
    // Typing begins in the field.
    await page.keyboard.type('bt_wrong');
    expect(await confirm.isDisabled()).toBe(true);
    expect(lost()?.state).toBe('live');
    await question.getByLabel(`Type ${LOST.boot} to confirm`).fill(LOST.boot);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await question.waitFor({ state: 'detached' });
    expect(lost()?.state).toBe('written_off');
    await page.getByRole('dialog').getByText('Written off').first().waitFor();
    await page.getByRole('dialog').getByRole('heading', { name: 'Stranded units' }).waitFor();
    await page.keyboard.press('Escape');
    await rowOf(LOST.boot).getByText('Written off').waitFor();
    expect(new URL(page.url()).search).toBe('');
  });
});

test('how full the spool is is told, and unknown where it was not', async () => {
  const well = stage.state.fleet.gateways[0]?.boots[0];
  // Not as one that was written off, of which nothing is asked.
  Object.assign(lost() ?? {}, { state: 'live' });
  await page.goto(paths.adminGateways());
  await rowOf('bt_b3f81c0a44').getByText('18.4 MB of 1 GB (1.8%)').waitFor();
  await rowOf(LOST.boot).getByText('unknown').waitFor();
  const spool = { bytes: 920e6, bytes_max: 1e9, records: 0, oldest_ms: 0 };
  Object.assign(well ?? {}, { spool: { ...spool, told_at: new Date().toISOString() } });
  await rowOf('bt_b3f81c0a44').getByText('Nearly full').waitFor();
  Object.assign(well?.spool ?? {}, { bytes: 1_001e6, told_at: new Date(0).toISOString() });
  await rowOf('bt_b3f81c0a44').getByText('Full', { exact: true }).waitFor();
  await rowOf('bt_b3f81c0a44')
    .getByText(/^told .+ ago$/)
    .waitFor();
  await page.goto(paths.adminGateways({ gateway: 'gw_7k2m9q', boot: 'bt_b3f81c0a44' }));
  await page.getByRole('dialog').getByText('Waits in it').waitFor();
  expect(await violationsOn(page)).toEqual([]);
});

test('how upstreams do is told by each gateway, and what is not known is not well', async () => {
  const route = stage.state.routes.find(({ name }) => name === 'Echo');
  const id = route?.id ?? '';
  const card = page.getByRole('region', { name: 'Upstream health' });
  await page.goto(paths.adminRoute(id));
  await card.getByText('Not watched').waitFor();
  Object.assign(route ?? {}, { circuit_breaker: { failures: 5, open_ms: 10_000 } });
  stage.state.failing.add(`/v1/routes/${id}/health`);
  await page.reload();
  await card.getByRole('button', { name: 'Retry' }).waitFor();
  expect(await card.getByText('In use').count()).toBe(0);
  stage.state.failing.delete(`/v1/routes/${id}/health`);
  await card.getByRole('button', { name: 'Retry' }).click();
  await card.getByText('Unknown: no gateway has told.').waitFor();
  const told_at = new Date().toISOString();
  const since = new Date(Date.now() - 180_000).toISOString();
  const of = (boot: string) => ({
    url: 'http://a.test',
    gateway: `gw_${boot}`,
    boot,
    checks: null,
  });
  stage.state.fleet.health[id] = {
    data: [
      { ...of('1'), breaker: { state: 'open', since }, told_at },
      { ...of('2'), breaker: { state: 'closed', since }, told_at },
      { ...of('3'), breaker: null, told_at },
      { ...of('4'), breaker: { state: 'closed', since }, told_at: since },
    ],
    untold: 2,
  };
  const row = (name: string) => card.getByRole('row').filter({ hasText: name });
  await row('gw_1').getByText('Taken out').waitFor();
  await row('gw_1').getByText('for 3 min').waitFor();
  await row('gw_2').getByText('In use').waitFor();
  await row('gw_3').getByText('Unknown').waitFor();
  // What a boot said minutes ago is not how it is.
  await row('gw_4').getByText('Unknown').waitFor();
  expect(await row('gw_4').getByText('In use').count()).toBe(0);
  expect(await row('gw_1').getByText('None set').count()).toBe(1);
  await card.getByText('Unknown at 2 boots').waitFor();
  expect(await violationsOn(page)).toEqual([]);
  Object.assign(route ?? {}, { circuit_breaker: null });
});

import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { CSV_BEGINS } from '../../billing-core/src/kit/csv.ts';
import { paths } from '../src/kit/paths.ts';
import { acme, complaints, enter, framePages, page, stage } from './frame.ts';
import { ADMIN, CUSTOMER, violationsOn } from './stage.ts';

// Tables that are no list of the API are files as well, made of what they show.

framePages();

/** The lines of the file that this button of this card or figure saves, and its name. */
async function saved(role: 'region' | 'figure', name?: string) {
  const place = page.getByRole(role, name === undefined ? {} : { name, exact: true });
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    place.getByRole('button', { name: 'Download CSV' }).click(),
  ]);
  const text = await readFile(await file.path(), 'utf8');
  expect(text.startsWith(CSV_BEGINS)).toBe(true);
  return { name: file.suggestedFilename(), lines: text.slice(1).trimEnd().split('\r\n') };
}

test('what uses a meter is a file each, where a name that is a formula is text', async () => {
  const route = stage.state.routes.find(({ metering }) => metering.length > 0);
  Object.assign(route ?? {}, { name: '=1+1,"x"' });
  const slug = route?.metering[0]?.meter;
  const meter = stage.state.meters.find((one) => one.slug === slug)?.id ?? '';
  await enter(ADMIN);
  await page.goto(paths.adminMeter(meter));
  const routes = await saved('region', 'Routes that feed it');
  expect(routes.name).toMatch(/^meter-routes-\d{4}-\d\d-\d\d\.csv$/);
  expect(routes.lines[0]).toBe('route_id,name,state,source');
  expect(routes.lines.find((line) => line.startsWith(route?.id ?? ''))).toContain(
    `,"'=1+1,""x""",`,
  );
  const shown = page.getByRole('table', { name: 'Prices that use it' }).getByRole('row');
  expect((await saved('region', 'Prices that use it')).lines).toHaveLength(await shown.count());
  const faults = await saved('region', 'Values that could not be read');
  expect(faults.lines[1]).toContain(`"'=1+1,""x""",missing,12,1,`);
  expect(complaints).toEqual([]);
});

test('the table of a chart is a file, in its order, with figures for programs', async () => {
  await enter(CUSTOMER);
  await page.goto(paths.usage(acme(), { range: '7d' }));
  await page.getByRole('button', { name: 'View as table' }).click();
  const table = page.getByRole('region', { name: 'Requests, as a table' });
  await table.getByRole('table').waitFor();
  const cells = await table.getByRole('row').nth(1).getByRole('cell').allTextContents();
  const heads = await table.getByRole('columnheader').allTextContents();
  const { name, lines } = await saved('figure');
  expect(name).toMatch(/^requests-\d{4}-\d\d-\d\d\.csv$/);
  expect(lines[0]?.split(',').slice(1)).toEqual(heads.slice(1));
  expect(lines).toHaveLength(await table.getByRole('row').count());
  const [start = '', ...figures] = lines[1]?.split(',') ?? [];
  expect(new Date(start).toISOString()).toBe(start);
  expect(figures).toEqual(cells.slice(1).map((cell) => cell.replaceAll(',', '')));
  expect(await violationsOn(page)).toEqual([]);
  expect(complaints).toEqual([]);
});

test('the price ladder is a file with a line for each rung', async () => {
  await enter(CUSTOMER);
  await page.goto(paths.usage(acme()));
  const { lines } = await saved('region', 'Price ladder');
  expect(lines[0]).toBe('from,up_to,price,used');
  expect(lines[1]).toMatch(/^0,100000,/);
});

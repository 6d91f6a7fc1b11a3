import type { Page } from 'playwright-core';

/** Beyond what there is to reach: fields of a date take a press for each of their parts. */
const PRESSES_MORE = 40;

/**
 * Goes through a page with the Tab key alone. Out: what of it cannot be reached, and what has the
 * focus without being in sight or without showing that it has it (WCAG 2.2, 2.1.1, 2.4.7, 2.4.11).
 */
export async function faultsByKeyboard(page: Page): Promise<string[]> {
  const walk = await page.evaluateHandle(() => {
    const selector = 'a[href], button, input, select, textarea, [tabindex="0"]';
    const takesFocus = (one: HTMLElement): boolean =>
      one.tabIndex >= 0 && one.checkVisibility({ visibilityProperty: true });
    const all = [...document.querySelectorAll<HTMLElement>(selector)]
      .filter((one) => !one.matches(':disabled, [type=hidden], [type=radio]'))
      .filter(takesFocus);
    const name = (one: HTMLElement): string =>
      `${one.tagName.toLowerCase()} “${(one.ariaLabel ?? one.textContent).slice(0, 40)}”`;
    return { all: new Set(all), reached: new Set<Element>(), name };
  });
  const count = await walk.evaluate(({ all }) => all.size);
  const faults: string[] = [];
  for (let presses = 0; presses < count + PRESSES_MORE; presses++) {
    await page.keyboard.press('Tab');
    const fault = await walk.evaluate(({ reached, name }) => {
      const one = document.activeElement;
      // Between one date and the next the browser may stop at the page itself.
      if (!(one instanceof HTMLElement) || one === document.body) return '';
      const [first] = reached;
      if (one === first && reached.size > 1) return null;
      reached.add(one);
      const { top, bottom, left, right } = one.getBoundingClientRect();
      const inSight = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth;
      const { outlineStyle, boxShadow } = getComputedStyle(one);
      const shows = outlineStyle !== 'none' || boxShadow !== 'none';
      if (!inSight) return `${name(one)} has the focus out of sight`;
      return shows ? '' : `${name(one)} does not show that it has the focus`;
    });
    // Once round.
    if (fault === null) break;
    if (fault !== '') faults.push(fault);
  }
  const missed = await walk.evaluate(({ all, reached, name }) =>
    [...all].filter((one) => one.isConnected && !reached.has(one)).map(name),
  );
  return [...faults, ...missed.map((name) => `${name} cannot be reached by Tab`)];
}

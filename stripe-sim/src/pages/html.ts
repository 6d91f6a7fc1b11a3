/** Text that is HTML already. */
export interface Html {
  html: string;
}

type Part = string | number | null | undefined | Html | readonly Html[];

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Puts HTML together; whatever is no HTML is escaped. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { html: texts.map((text, at) => text + rendered(parts[at])).join('') };
}

function rendered(part: Part): string {
  if (part == null) return '';
  if (typeof part === 'string' || typeof part === 'number') {
    return String(part).replaceAll(/[&<>"']/g, (letter) => ESCAPES[letter] ?? letter);
  }
  return 'html' in part ? part.html : part.map((each) => each.html).join('\n');
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1a1f36; --quiet: #4f566b; --line: #6b7280;
  --page: #ffffff; --act: #4338ca; --on-act: #ffffff; --bad: #b3093c; }
@media (prefers-color-scheme: dark) { :root { --ink: #f3f4f6; --quiet: #c4c9d4; --line: #9aa1ae;
  --page: #14161f; --act: #a5b4fc; --on-act: #14161f; --bad: #ff9db0; } }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 36rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
label { display: block; margin-top: .75rem; }
input { display: block; width: 100%; box-sizing: border-box; padding: .6rem; font: inherit;
  color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 6px; }
button { margin-top: 1rem; padding: .6rem 1rem; font: inherit; border-radius: 6px; cursor: pointer;
  border: 1px solid var(--act); background: var(--act); color: var(--on-act); }
button.plain { background: transparent; color: var(--act); margin-right: .5rem; }
a { color: var(--act); } .quiet { color: var(--quiet); } ul { padding-left: 1.2rem; }
[role=alert] { color: var(--bad); font-weight: 600; }
:focus-visible { outline: 3px solid var(--act); outline-offset: 2px; }
`;

/** Out: a whole page. It says what it is, so that nobody takes it for Stripe. */
export const page = (title: string, body: Html): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} – local Stripe</title>
        <style>
          ${{ html: STYLE }}
        </style>
      </head>
      <body>
        <main>
          <p class="quiet">Local Stripe for development. No money moves here.</p>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html>`.html;

/** What a form says was wrong. */
export const alert = (message: string | undefined): Html =>
  message === undefined ? html`` : html`<p role="alert">${message}</p>`;

/** A field with its label; what was typed before stays. */
export const field = (
  label: string,
  name: string,
  more: { autocomplete?: string; value?: string | null; isOptional?: boolean; type?: string } = {},
): Html =>
  html`<label for="${name}">${label}</label>
    <input
      id="${name}"
      name="${name}"
      type="${more.type ?? 'text'}"
      autocomplete="${more.autocomplete ?? 'off'}"
      value="${more.value ?? ''}"
      ${{ html: more.isOptional ? '' : 'required' }}
    />`;

/** Out: minor units as people read them. */
export function money(amount: number, currency: string): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  const places = format.resolvedOptions().maximumFractionDigits ?? 2;
  const digits = String(Math.abs(amount)).padStart(places + 1, '0');
  const at = digits.length - places;
  const text = places === 0 ? digits : `${digits.slice(0, at)}.${digits.slice(at)}`;
  return `${amount < 0 ? '-' : ''}${currency.toUpperCase()} ${text}`;
}

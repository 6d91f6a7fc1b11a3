import type { DocumentText, Row } from './layout.ts';

/** A document as a page of its own, to be read and printed: no script, nothing from elsewhere. */

const STYLE = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 50rem; padding: 2rem 1.25rem; background: #fff; color: #16181d;
  font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 1.25rem; }
h2 { font-size: 1rem; margin: 1.75rem 0 .4rem; }
.parties { display: flex; flex-wrap: wrap; gap: 1.5rem 3rem; margin-bottom: 1.5rem; }
.parties > div { flex: 1 1 14rem; min-width: 0; }
.parties p { margin: 0; }
.label { color: #565c69; font-size: .8125rem; }
dl { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: .25rem 1.5rem; margin: 0; }
dl.facts { grid-template-columns: max-content minmax(0, 1fr); }
dt { color: #565c69; } dd { margin: 0; } dl.sums dd { text-align: right; }
dl.sums { max-width: 26rem; margin: 1rem 0 0 auto; font-variant-numeric: tabular-nums; }
.strong { font-weight: 650; color: inherit; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; font-size: .8125rem; color: #565c69; }
th, td { padding: .5rem .75rem .5rem 0; border-bottom: 1px solid #d9dce3; vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
.number { text-align: right; white-space: nowrap; }
.about { color: #565c69; font-size: .8125rem; }
@media print { @page { margin: 18mm; } body { padding: 0; max-width: none; font-size: 10.5pt; }
  tr, dl.sums, .parties { break-inside: avoid; } thead { display: table-header-group; } }
`.trim();

const HEAD = 'display:flex;justify-content:space-between;align-items:flex-start;gap:1.5rem';
const LOGO = 'max-width:40%;max-height:3.5rem;margin-bottom:1.25rem';

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (sign) => ESCAPES[sign] ?? '');

const pair = ({ name, value, isStrong }: Row): string => {
  const look = isStrong ? ' class="strong"' : '';
  return `<dt${look} dir="auto">${escaped(name)}</dt><dd${look} dir="auto">${escaped(value)}</dd>`;
};
const list = (look: string, rows: readonly Row[]): string =>
  rows.length === 0 ? '' : `<dl class="${look}">${rows.map(pair).join('')}</dl>`;

function party(label: string, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  const all = lines.map((line) => `<p dir="auto">${escaped(line)}</p>`).join('');
  return `<div><p class="label">${label}</p>${all}</div>`;
}

function table({ lines }: DocumentText): string {
  // A column that nothing stands in takes the room of words on a small screen.
  const isCounted = lines.some(({ quantity }) => quantity !== '');
  const counted = (cell: string): string => (isCounted ? cell : '');
  const rows = lines.map(({ description, about, quantity, amount }) => {
    const small = about === '' ? '' : `<div class="about" dir="auto">${escaped(about)}</div>`;
    return `<tr><td><div dir="auto">${escaped(description)}</div>${small}</td>
${counted(`<td class="number">${escaped(quantity)}</td>`)}
<td class="number">${escaped(amount)}</td></tr>`;
  });
  return `<table><thead><tr><th scope="col">Description</th>
${counted('<th scope="col" class="number">Quantity</th>')}
<th scope="col" class="number">Amount</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table>`;
}

function taxTable({ taxes }: DocumentText): string {
  if (taxes.length === 0) return '';
  const rows = taxes.map(
    ({ name, rate, taxable, amount }) =>
      `<tr><td dir="auto">${escaped(name)}</td><td class="number">${escaped(rate)}</td>
<td class="number">${escaped(taxable)}</td><td class="number">${escaped(amount)}</td></tr>`,
  );
  return `<h2>Tax</h2><table><thead><tr><th scope="col">Tax</th>
<th scope="col" class="number">Rate</th><th scope="col" class="number">Of</th>
<th scope="col" class="number">Amount</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table>`;
}

/** What it is, and the logo beside it where there is one; its text is said by the seller below. */
function head({ title, number, logo }: DocumentText): string {
  const said = `<h1>${escaped(title)} ${escaped(number)}</h1>`;
  if (logo === undefined) return said;
  return `<div style="${HEAD}">${said}
<img alt="" style="${LOGO}" src="data:${logo.type};base64,${logo.base64}"></div>`;
}

/** The document as HTML; all text in it is escaped. */
export function htmlOf(text: DocumentText): string {
  const { title, number, seller, buyer, facts, totals, happened, due, notes } = text;
  const after = [...happened, ...(due ? [due] : [])];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} ${escaped(number)}</title><style>${STYLE}</style></head>
<body><main>
${head(text)}
<div class="parties">${party('From', seller)}${party('To', buyer)}</div>
${list('facts', facts)}
<h2>Lines</h2>
${table(text)}
${list('sums', totals)}
${list('sums', after)}
${taxTable(text)}
${notes.map((note) => `<p class="about" dir="auto">${escaped(note)}</p>`).join('\n')}
</main></body></html>
`;
}

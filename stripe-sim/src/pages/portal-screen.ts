import { methodsOf } from '../objects/payment-method.ts';
import { isOn } from '../objects/portal-session.ts';
import type { Kinds } from '../world/kinds.ts';
import { cardForm, type Form } from './card-form.ts';
import { alert, field, html, type Html, money, page } from './html.ts';
import type { Visit } from './portal.ts';

/** Out: the portal, or the one step of a flow. */
export function portalScreen(visit: Visit, wrong?: { message: string; form: Form }): string {
  const { session, configuration } = visit;
  const flow = session.flow?.type;
  const back = session.return_url ? html`<p><a href="${session.return_url}">Back</a></p>` : html``;
  const pathOf = (name: string): string => `${new URL(session.url).pathname}/${name}`;
  const newCard = isOn(configuration, 'payment_method_update')
    ? html`<h2>Add a card</h2>
        ${cardForm(pathOf('cards'), {
          submit: 'Save card',
          error: wrong?.message,
          before: wrong?.form ?? {},
        })}`
    : alert(wrong?.message);
  if (flow === 'payment_method_update') return page('Change your card', html`${newCard}${back}`);
  const details = isOn(configuration, 'customer_update')
    ? detailsForm(visit, pathOf('details'))
    : html``;
  if (flow === 'customer_update') return page('Your details', html`${details}${back}`);
  return page(
    'Billing',
    html`<h2>Cards</h2>
      ${cards(visit, pathOf)} ${newCard}
      ${isOn(configuration, 'invoice_history') ? invoices(visit) : html``} ${details} ${back}`,
  );
}

function cards({ world, customer }: Visit, pathOf: (name: string) => string): Html {
  const chosen = customer.invoice_settings.default_payment_method;
  const all = methodsOf(world, customer.id);
  if (all.length === 0) return html`<p>No card yet.</p>`;
  const button = (action: string, text: string, method: Kinds['payment_method']): Html =>
    html`<form method="post" action="${pathOf(action)}">
      <input type="hidden" name="card" value="${method.id}" />
      <button class="plain" type="submit">${text} card ending in ${method.card?.last4}</button>
    </form>`;
  const row = (method: Kinds['payment_method']): Html =>
    html`<li>
      ${method.card?.brand} ending in ${method.card?.last4},
      ${method.card?.exp_month}/${method.card?.exp_year}
      ${
        method.id === chosen
          ? html`<strong>(default)</strong>`
          : button('default', 'Make default:', method)
      }
      ${button('remove', 'Remove', method)}
    </li>`;
  return html`<ul>
    ${all.map(row)}
  </ul>`;
}

function invoices({ world, customer }: Visit): Html {
  const all = [...world.tables.invoice.values()].filter(
    (invoice) => invoice.customer === customer.id && invoice.status !== 'draft',
  );
  const rows = all
    .toReversed()
    .map(
      (invoice) =>
        html`<li>
          <a href="/i/${invoice.id}">${invoice.number}</a>:
          ${money(invoice.total, invoice.currency)}, ${invoice.status}
        </li>`,
    );
  return html`<h2>Invoices</h2>
    ${
      rows.length === 0
        ? html`<p>No invoice yet.</p>`
        : html`<ul>
            ${rows}
          </ul>`
    }`;
}

function detailsForm({ customer, configuration }: Visit, action: string): Html {
  const { allowed_updates: allowed } = configuration.features.customer_update;
  const { address } = customer;
  const isOptional = true;
  const parts: Html[] = [];
  if (allowed.includes('name')) {
    parts.push(
      field('Name', 'name', { autocomplete: 'name', value: customer.name ?? '', isOptional }),
    );
  }
  if (allowed.includes('email')) {
    parts.push(
      field('E-mail', 'email', {
        autocomplete: 'email',
        type: 'email',
        value: customer.email,
        isOptional,
      }),
    );
  }
  if (allowed.includes('address')) {
    for (const [label, name, autocomplete] of [
      ['Address', 'line1', 'address-line1'],
      ['Postal code', 'postal_code', 'postal-code'],
      ['City', 'city', 'address-level2'],
      ['Country (two letters)', 'country', 'country'],
    ] as const) {
      parts.push(field(label, name, { autocomplete, value: address?.[name] ?? '', isOptional }));
    }
  }
  return html`<h2>Details</h2>
    <form method="post" action="${action}">
      ${parts}
      <button type="submit">Save details</button>
    </form>`;
}

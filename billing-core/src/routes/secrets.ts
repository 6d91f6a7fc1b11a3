import type { RouteFact } from '../contract/facts.ts';
import { FIELD_VALUE } from '../contract/header-rule.ts';
import { SECRETS_MAX, type NewSecret } from '../contract/secret.ts';
import { audit, type Doing } from '../kit/audit.ts';
import { appendChange } from '../kit/changes.ts';
import type { Query, Sql } from '../kit/database.ts';
import { Fault, found, type FieldError } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { VaultError, type Vault } from '../kit/vault.ts';
import { routeFact, type SecretText } from './fact.ts';
import { secretsIn, sentSecretsIn, type RouteDefinition, type RouteRow } from './model.ts';
import {
  countSecrets,
  insertSecret,
  removeSecretRow,
  resealSecret,
  sealedSecrets,
  secretById,
  updateSecret,
  type SecretRow,
} from './secret-store.ts';
import { activeRows, lockRoutes } from './store.ts';
import { keyFlaw } from './tls.ts';

/** What there is without `SECRETS_KEY`: nothing can be sealed. */
function needVault(vault: Vault | undefined): Vault {
  if (vault) return vault;
  throw new Fault('state_conflict', { detail: 'billing-core runs without SECRETS_KEY' });
}

async function record(doing: Doing, action: string, { id, name }: SecretRow): Promise<void> {
  const { tx, actor, now, requestId } = doing;
  await audit(tx, { actor, action, subjectId: id, now, requestId, detail: { name } });
  // Gateways read all routes again, and with them the new text.
  await appendChange(tx, 'route', id);
}

/** Keeps a text for upstreams. Nobody reads it again but gateways. */
export async function addSecret(
  doing: Doing,
  vault: Vault | undefined,
  { name, value }: NewSecret,
): Promise<SecretRow> {
  const sealed = needVault(vault).seal(value, name);
  await lockRoutes(doing.tx);
  if ((await countSecrets(doing.tx)) >= SECRETS_MAX) {
    throw new Fault('state_conflict', { detail: `There are ${SECRETS_MAX} secrets, the most` });
  }
  const { now } = doing;
  const row = await insertSecret(doing.tx, { id: newId('sec', now), name, sealed, now });
  await record(doing, 'secret.create', row);
  return row;
}

export type SecretChange = { id: string; value: string };

/** What is wrong with a text that is sent in a header; never anything of the text itself. */
const headerFlaw = (text: string): string | undefined =>
  FIELD_VALUE.test(text) ? undefined : 'is not the value of a header';

/** Why a text cannot take a secret's place: routes send it, or have certificates for a key. */
function misfits(routes: readonly RouteRow[], { name, value }: NewSecret): FieldError[] {
  return routes.flatMap(({ definition, name: route }) => {
    const isSent = sentSecretsIn(definition).some((place) => place.name === name);
    const keyFlaws = definition.upstreams.map(({ tls }) =>
      tls?.certificate && tls.key === name ? keyFlaw(value, tls.certificate) : undefined,
    );
    return [isSent ? headerFlaw(value) : undefined, ...keyFlaws].flatMap((flaw) =>
      flaw === undefined ? [] : [{ path: 'value', message: `${flaw} (route ${route})` }],
    );
  });
}

/** Replaces the text; the routes that use it send the new one within a second. */
export async function changeSecret(
  doing: Doing,
  vault: Vault | undefined,
  { id, value }: SecretChange,
): Promise<SecretRow> {
  const routes = await lockRoutes(doing.tx);
  const { name } = found(await secretById(doing.tx, id), 'secret');
  const errors = misfits(routes, { name, value });
  if (errors.length > 0) throw new Fault('invalid_request', { errors });
  const sealed = needVault(vault).seal(value, name);
  const row = await updateSecret(doing.tx, { id, sealed, now: doing.now });
  await record(doing, 'secret.update', row);
  return row;
}

/** Deletes a secret that no route needs any more. */
export async function deleteSecret(doing: Doing, id: string): Promise<void> {
  const routes = await lockRoutes(doing.tx);
  const row = found(await secretById(doing.tx, id), 'secret');
  const [user] = usersOf(routes, row.name);
  if (user !== undefined) {
    throw new Fault('state_conflict', { detail: `Route ${user} uses it` });
  }
  await removeSecretRow(doing.tx, id);
  await record(doing, 'secret.delete', row);
}

const uses = (row: RouteRow, name: string): boolean =>
  secretsIn(row.definition).some((place) => place.name === name);

/** Names of the routes among these that use the secret. */
export const usersOf = (routes: readonly RouteRow[], name: string): string[] =>
  routes.filter((row) => uses(row, name)).map((row) => row.name);

/** The secrets a route refers to that are not there. */
export async function strayingSecrets(
  query: Query,
  definition: RouteDefinition,
): Promise<FieldError[]> {
  const places = secretsIn(definition);
  if (places.length === 0) return [];
  const names = places.map(({ name }) => name);
  const known = new Set((await sealedSecrets(query, names)).map((row) => row.name));
  return places
    .filter(({ name }) => !known.has(name))
    .map(({ path }) => ({ path, message: 'is not a secret' }));
}

/** The texts of a route's secrets by their names, where they can be read. */
export async function secretTexts(
  query: Query,
  vault: Vault | undefined,
  definition: RouteDefinition,
): Promise<(secret: string) => string | undefined> {
  const names = secretsIn(definition).map(({ name }) => name);
  const sealed = names.length === 0 ? [] : await sealedSecrets(query, names);
  const texts = new Map(sealed.map((row) => [row.name, vault?.open(row.sealed, row.name)]));
  return (secret) => texts.get(secret);
}

/** The secrets that a route sends in headers and that no header can hold. */
export function headerErrors(
  definition: RouteDefinition,
  textOf: (secret: string) => string | undefined,
): FieldError[] {
  return sentSecretsIn(definition).flatMap(({ path, name }) => {
    const text = textOf(name);
    const message = text === undefined ? undefined : headerFlaw(text);
    return message === undefined ? [] : [{ path, message }];
  });
}

/**
 * Every active route as gateways need it, with the texts of its secrets. Throws VaultError when
 * one cannot be read: a route without its secret would be served wrongly.
 */
export async function activeRoutes(query: Query, vault: Vault | undefined): Promise<RouteFact[]> {
  const rows = await activeRows(query);
  const names = rows.flatMap(({ definition }) => secretsIn(definition).map(({ name }) => name));
  const sealed = names.length === 0 ? [] : await sealedSecrets(query, [...new Set(names)]);
  const textOf: SecretText = (name) => {
    const row = sealed.find((secret) => secret.name === name);
    if (!row || !vault) throw new VaultError(`the secret ${name} cannot be read`);
    return vault.open(row.sealed, name);
  };
  return rows.map((row) => routeFact(row, textOf));
}

/**
 * Sees at the start that every secret can be read, and seals anew what an old key sealed. Throws
 * VaultError naming the first that cannot be.
 */
export async function checkSecrets(sql: Sql, vault: Vault | undefined): Promise<void> {
  await sql.begin(async (tx) => {
    for (const { id, name, sealed } of await sealedSecrets(tx)) {
      if (!vault) throw new VaultError(`the secret ${name} is sealed: set SECRETS_KEY`);
      try {
        const text = vault.open(sealed, name);
        if (vault.isStale(sealed)) await resealSecret(tx, id, vault.seal(text, name));
      } catch (error) {
        if (!(error instanceof VaultError)) throw error;
        throw new VaultError(`SECRETS_KEY does not open the secret ${name}: ${error.message}`);
      }
    }
  });
}

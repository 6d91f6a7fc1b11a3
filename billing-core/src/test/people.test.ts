import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCustomer } from '../customers/actions.ts';
import { newId } from '../kit/id.ts';
import { customerWith, hold, openCore, person, somebodyWaits, type Core } from './core.ts';

let core: Core;
beforeAll(async () => {
  core = await openCore();
});
afterAll(() => core.close());

const UNKNOWN = '0'.repeat(24);

describe('users', () => {
  test('are made, found, changed and deleted', async () => {
    const wanted = { email: 'Grace@Example.test', name: ' Grace ' };
    const made = await core.admin('POST', '/v1/users', wanted);
    expect(made.body).toMatchObject({ email: 'grace@example.test', name: 'Grace', role: 'user' });
    const path = `/v1/users/${made.body['id']}`;
    core.clock.now += 1;
    expect((await core.admin('GET', path)).body).toEqual(made.body);
    const listed = await core.admin('GET', '/v1/users?email=grace@example.test');
    expect(listed.body['data']).toEqual([made.body]);
    const patched = await core.admin('PATCH', path, { name: 'Grace H' });
    expect(patched.body).toEqual({ ...(made.body as object), name: 'Grace H' });
    core.clock.now += 1;
    expect((await core.admin('DELETE', path)).status).toBe(204);
    expect((await core.admin('GET', path)).status).toBe(404);
    const trail = await core.admin('GET', `/v1/audit?subject_id=${made.body['id']}`);
    const actions = (trail.body['data'] as { action: string }[]).map(({ action }) => action);
    expect(actions).toEqual(['user.delete', 'user.update', 'user.create']);
  });

  test('have one account per address, however it is written', async () => {
    const ann = await person(core);
    const wanted = { email: ann.email.toUpperCase(), name: 'Other' };
    const answer = await core.admin('POST', '/v1/users', wanted);
    expect([answer.status, answer.body['code']]).toEqual([409, 'already_exists']);
  });

  test('never lose their last admin, not even when the last two go at once', async () => {
    const alone = await openCore();
    const [one, two] = [await person(alone, 'admin'), await person(alone, 'admin')];
    const leaving = await hold(alone.sql, (own) => own`delete from users where id = ${one.id}`);
    const demoted = alone.admin('PATCH', `/v1/users/${two.id}`, { role: 'user' });
    await somebodyWaits(alone.sql);
    await leaving.commit();
    const answer = await demoted;
    expect([answer.status, answer.body['code']]).toEqual([409, 'state_conflict']);
    expect((await alone.admin('DELETE', `/v1/users/${two.id}`)).status).toBe(409);
    expect(await alone.sql`select id from users where role = 'admin'`).toEqual([{ id: two.id }]);
    await alone.close();
  });

  test('who is deleted is signed out', async () => {
    const ann = await person(core);
    expect((await core.admin('DELETE', `/v1/users/${ann.id}`)).status).toBe(204);
    expect((await ann.call('GET', '/portal/v1/me')).status).toBe(401);
  });
});

describe('customers', () => {
  test('are made, found, changed and archived, and gateways are told each time', async () => {
    const wanted = { name: 'Initech', external_id: 'crm-1', metadata: { tier: 'gold' } };
    const made = await core.admin('POST', '/v1/customers', wanted);
    expect(made.body).toMatchObject({ ...wanted, currency: 'USD', billing_zone: 'UTC' });
    const id = made.body['id'] as string;
    const path = `/v1/customers/${id}`;
    for (const query of ['q=NITE', 'q=RM-1', `q=${id}`, 'external_id=crm-1']) {
      expect((await core.admin('GET', `/v1/customers?${query}`)).body['data']).toEqual([made.body]);
    }
    for (const query of ['q=%25', 'q=_nitech', `q=${id.slice(0, -1)}`, 'external_id=crm']) {
      expect((await core.admin('GET', `/v1/customers?${query}`)).body['data']).toEqual([]);
    }
    const patch = {
      external_id: null,
      billing_address: '',
      tax_number: '',
      metadata: {},
      billing_zone: 'Europe/Berlin',
    };
    expect((await core.admin('PATCH', path, patch)).body).toMatchObject(patch);
    expect((await core.admin('DELETE', path)).status).toBe(204);
    expect((await core.admin('DELETE', path)).status).toBe(204);
    expect((await core.admin('GET', path)).body).toMatchObject({ state: 'archived' });
    const changes = await core.sql`
      select kind from changes where subject_id = ${id} and feed = 'facts'`;
    expect(changes).toEqual([{ kind: 'customer' }, { kind: 'customer' }, { kind: 'customer' }]);
  });

  test('share no external_id', async () => {
    const wanted = { name: 'A', external_id: 'same' };
    const first = await core.admin('POST', '/v1/customers', wanted);
    const other = await core.admin('POST', '/v1/customers', { name: 'B' });
    for (const answer of [
      await core.admin('POST', '/v1/customers', wanted),
      await core.admin('PATCH', `/v1/customers/${other.body['id']}`, { external_id: 'same' }),
    ]) {
      expect([answer.status, answer.body['code']]).toEqual([409, 'already_exists']);
    }
    const again = await core.admin('PATCH', `/v1/customers/${first.body['id']}`, wanted);
    expect(again.status).toBe(200);
  });

  test('page newest first, each once', async () => {
    const paged = await openCore();
    const made: string[] = [];
    for (let n = 0; n < 5; n++) {
      paged.clock.now += 1;
      const answer = await paged.admin('POST', '/v1/customers', { name: `C${n}` });
      made.unshift(answer.body['id'] as string);
    }
    const seen: string[] = [];
    let cursor = '';
    for (let page = 0; page < 3; page++) {
      const { body } = await paged.admin('GET', `/v1/customers?limit=2${cursor}`);
      seen.push(...(body['data'] as { id: string }[]).map(({ id }) => id));
      expect(body['has_more']).toBe(page < 2);
      cursor = `&cursor=${body['next_cursor']}`;
    }
    expect(seen).toEqual(made);
    await paged.close();
  });

  test('get another key reference when the minted one is taken', async () => {
    const actor = { kind: 'system', id: 'test' } as const;
    const refs = ['AAAAAAAAAA', 'AAAAAAAAAA', 'AAAAAAAAAA', 'BBBBBBBBBB'];
    const make = (name: string) =>
      core.sql.begin((tx) => {
        const doing = { tx, actor, now: core.clock.now, requestId: 'req' };
        const none = { key_scopes: [], billing_address: '', tax_number: '', metadata: {} };
        const wanted = { name, currency: 'USD', billing_zone: 'UTC', ...none };
        return createCustomer(doing, wanted, () => refs.shift() ?? 'AAAAAAAAAA');
      });
    expect((await make('first')).key_ref).toBe('AAAAAAAAAA');
    expect((await make('second')).key_ref).toBe('BBBBBBBBBB');
    await expect(make('third')).rejects.toThrow('no free key reference');
  });

  test('are not archived while a subscription is live', async () => {
    const { id } = await customerWith(core, {});
    const [plan, version] = [newId('pln', core.clock.now), newId('plv', core.clock.now)];
    await core.sql`insert into plans (id, slug, name) values (${plan}, 'p', 'P')`;
    await core.sql`insert into plan_versions (id, plan_id, number, currency)
      values (${version}, ${plan}, 1, 'USD')`;
    await core.sql`insert into subscriptions
        (id, customer_id, plan_version_id, time_zone, started_at)
      values (${newId('sub', core.clock.now)}, ${id}, ${version}, 'UTC', now())`;
    const answer = await core.admin('DELETE', `/v1/customers/${id}`);
    expect([answer.status, answer.body['code']]).toEqual([409, 'state_conflict']);
    await core.sql`update subscriptions set canceled_at = now() where customer_id = ${id}`;
    expect((await core.admin('DELETE', `/v1/customers/${id}`)).status).toBe(204);
  });
});

describe('memberships', () => {
  test('say who is what, and the member sees it', async () => {
    const ann = await person(core);
    const { id } = await customerWith(core, { owner: ann });
    const known = await ann.call('GET', '/portal/v1/me');
    expect(known.body['memberships']).toMatchObject([
      { role: 'owner', customer: { id, name: 'Acme', state: 'active' } },
    ]);
    const listed = await core.admin('GET', `/v1/customers/${id}/memberships`);
    expect(listed.body['data']).toMatchObject([{ role: 'owner', user: { email: ann.email } }]);
    const shown = await ann.call('GET', `/portal/v1/customers/${id}`);
    expect(shown.body).toMatchObject({ id, name: 'Acme' });
    expect(shown.body).not.toHaveProperty('metadata');
  });

  test('are one per user and customer', async () => {
    const ann = await person(core);
    const { id } = await customerWith(core, { owner: ann });
    const again = { user_id: ann.id, role: 'viewer' };
    const answer = await core.admin('POST', `/v1/customers/${id}/memberships`, again);
    expect([answer.status, answer.body['code']]).toEqual([409, 'already_exists']);
  });

  test.each([
    ['customer', `/v1/customers/cus_${UNKNOWN}/memberships`, undefined],
    ['user', undefined, `usr_${UNKNOWN}`],
  ])('need a %s that exists', async (_what, path, userId) => {
    const ann = await person(core);
    const { id } = await customerWith(core, {});
    const wanted = { user_id: userId ?? ann.id, role: 'viewer' };
    const answer = await core.admin('POST', path ?? `/v1/customers/${id}/memberships`, wanted);
    expect([answer.status, answer.body['code']]).toEqual([404, 'not_found']);
  });

  test('end at once', async () => {
    const [ann, bob] = [await person(core), await person(core)];
    const { id } = await customerWith(core, { owner: ann, viewer: bob });
    const [row] = await core.sql`select id from memberships where user_id = ${bob.id}`;
    expect((await bob.call('GET', `/portal/v1/customers/${id}`)).status).toBe(200);
    expect((await core.admin('DELETE', `/v1/memberships/${row?.['id']}`)).status).toBe(204);
    expect((await bob.call('GET', `/portal/v1/customers/${id}`)).status).toBe(404);
    expect((await core.admin('DELETE', `/v1/memberships/${row?.['id']}`)).status).toBe(404);
  });

  const LAST = [409, 'state_conflict'];
  const membershipOf = async (userId: string): Promise<string> => {
    const [row] = await core.sql`select id from memberships where user_id = ${userId}`;
    return `/v1/memberships/${row?.['id']}`;
  };

  test('keep the last owner: no demotion, no removal, no deletion of the user', async () => {
    const ann = await person(core);
    const { id } = await customerWith(core, { owner: ann });
    const path = await membershipOf(ann.id);
    for (const answer of [
      await core.admin('PATCH', path, { role: 'viewer' }),
      await core.admin('DELETE', path),
      await core.admin('DELETE', `/v1/users/${ann.id}`),
    ]) {
      expect([answer.status, answer.body['code']]).toEqual(LAST);
    }
    expect((await ann.call('GET', `/portal/v1/customers/${id}`)).status).toBe(200);
    expect((await core.admin('PATCH', path, { role: 'owner' })).status).toBe(200);
  });

  test('keep one owner when the last two leave at once', async () => {
    const [ann, bob] = [await person(core), await person(core)];
    const { id } = await customerWith(core, { owner: ann });
    const user_id = bob.id;
    await core.admin('POST', `/v1/customers/${id}/memberships`, { user_id, role: 'owner' });
    const leaving = await hold(
      core.sql,
      (own) => own`delete from memberships where user_id = ${ann.id}`,
    );
    const demoted = core.admin('PATCH', await membershipOf(bob.id), { role: 'viewer' });
    await somebodyWaits(core.sql);
    await leaving.commit();
    const answer = await demoted;
    expect([answer.status, answer.body['code']]).toEqual(LAST);
  });

  test('let go of an archived customer', async () => {
    const ann = await person(core);
    const { id } = await customerWith(core, { owner: ann });
    await core.admin('DELETE', `/v1/customers/${id}`);
    expect((await core.admin('DELETE', `/v1/users/${ann.id}`)).status).toBe(204);
  });
});

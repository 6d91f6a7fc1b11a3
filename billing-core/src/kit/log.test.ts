import Stripe from 'stripe';
import { expect, test } from 'vitest';
import { openLog } from './log.ts';

const linesOf = (work: (log: ReturnType<typeof openLog>) => void): string => {
  let text = '';
  work(openLog('test', 'info', { write: (line) => void (text += line) }));
  return text;
};

test('of an error of Stripe’s nothing is told that says who paid', () => {
  const who = { billing_details: { name: 'Leaky', email: 'leaky@leak.test' } };
  const err = Stripe.errors.StripeError.generate({
    ...{ type: 'card_error', code: 'card_declined', message: 'Your card was declined.' },
    payment_intent: { last_payment_error: { payment_method: who } },
    statusCode: 402,
    requestId: 'req_1',
  } as never);
  const text = linesOf((log) => log.error({ err, customer_id: 'cus_1' }, 'declined'));
  expect(text).not.toMatch(/leaky/i);
  expect(JSON.parse(text)).toMatchObject({
    customer_id: 'cus_1',
    err: { message: 'Your card was declined.', code: 'card_declined', statusCode: 402 },
  });
  expect(text).toContain('log.test.ts');
});

test('of a row that PostgreSQL refused its values are not told', () => {
  const err = Object.assign(new Error('duplicate key value violates unique constraint'), {
    ...{ code: '23505', constraint_name: 'users_email_key', table_name: 'users' },
    detail: 'Key (email)=(leaky@leak.test) already exists.',
  });
  const text = linesOf((log) => log.error({ err }, 'refused'));
  expect(text).not.toMatch(/leaky/i);
  expect(JSON.parse(text)).toMatchObject({
    err: { code: '23505', constraint_name: 'users_email_key', table_name: 'users' },
  });
});

import type { ErrorBody } from '../wire/fault.ts';

/**
 * What a test card does. `decline` is refused wherever it is used; `decline_charge` can be saved
 * and fails when charged. `authenticate` asks for 3D Secure each time; `authenticate_setup`
 * only when it was not set up before.
 * https://docs.stripe.com/testing
 */
export interface TestCard {
  /** As in pm_card_… and tok_… */
  name: string;
  number: string;
  brand: string;
  does:
    | 'succeed'
    | 'decline'
    | 'decline_charge'
    | 'authenticate'
    | 'authenticate_setup'
    | 'dispute'
    | 'refund_fails';
  code?: string;
  declineCode?: string;
}

const card = (name: string, number: string, more: Partial<TestCard> = {}): TestCard => ({
  name,
  number,
  brand: 'visa',
  does: 'succeed',
  ...more,
});
const declined = (declineCode: string): Partial<TestCard> => ({
  does: 'decline',
  code: 'card_declined',
  declineCode,
});

export const TEST_CARDS: readonly TestCard[] = [
  card('visa', '4242424242424242'),
  card('visa_debit', '4000056655665556'),
  card('mastercard', '5555555555554444', { brand: 'mastercard' }),
  card('amex', '378282246310005', { brand: 'amex' }),
  card('discover', '6011111111111117', { brand: 'discover' }),
  card('visa_chargeDeclined', '4000000000000002', declined('generic_decline')),
  card('visa_chargeDeclinedInsufficientFunds', '4000000000009995', declined('insufficient_funds')),
  card('visa_chargeDeclinedLostCard', '4000000000009987', declined('lost_card')),
  card('visa_chargeDeclinedStolenCard', '4000000000009979', declined('stolen_card')),
  card('chargeDeclinedExpiredCard', '4000000000000069', {
    does: 'decline',
    code: 'expired_card',
    declineCode: 'expired_card',
  }),
  card('chargeDeclinedIncorrectCvc', '4000000000000127', {
    does: 'decline',
    code: 'incorrect_cvc',
    declineCode: 'incorrect_cvc',
  }),
  card('chargeDeclinedProcessingError', '4000000000000119', {
    does: 'decline',
    code: 'processing_error',
    declineCode: 'processing_error',
  }),
  card('chargeCustomerFail', '4000000000000341', {
    ...declined('generic_decline'),
    does: 'decline_charge',
  }),
  card('authenticationRequired', '4000002760003184', { does: 'authenticate' }),
  card('authenticationRequiredOnSetup', '4000002500003155', { does: 'authenticate_setup' }),
  card('createDispute', '4000000000000259', { does: 'dispute' }),
  card('refundFail', '4000000000005126', { does: 'refund_fails' }),
];

const plain = card('visa', '4242424242424242');

/** Out: the test card of a payment method named pm_card_…, or of a token named tok_…. */
export const cardNamed = (id: string): TestCard | undefined =>
  TEST_CARDS.find(({ name }) => id === `pm_card_${name}` || id === `tok_${name}`);

/** Out: the test card with a number, of which spaces and dashes are no part. */
export const cardNumbered = (number: string): TestCard | undefined =>
  TEST_CARDS.find((each) => each.number === number.replaceAll(/[ -]/g, ''));

/** Out: what a card by its name does; a name that is not known succeeds. */
export const cardOf = (name: string | undefined): TestCard =>
  TEST_CARDS.find((each) => each.name === name) ?? plain;

const MESSAGES: Record<string, string> = {
  card_declined: 'Your card was declined.',
  expired_card: 'Your card has expired.',
  incorrect_cvc: "Your card's security code is incorrect.",
  processing_error: 'An error occurred while processing your card. Try again in a little bit.',
};

/** Out: what a declined card is answered with. https://docs.stripe.com/declines/codes */
export function declineOf(card: TestCard): Omit<ErrorBody, 'type'> & { type: 'card_error' } {
  const code = card.code ?? 'card_declined';
  const isPoor = card.declineCode === 'insufficient_funds';
  const message = isPoor ? 'Your card has insufficient funds.' : (MESSAGES[code] ?? '');
  return {
    type: 'card_error',
    code,
    ...(card.declineCode && { decline_code: card.declineCode }),
    message,
  };
}

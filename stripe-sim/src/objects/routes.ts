import type { Route } from '../wire/route.ts';
import { balanceRoutes } from './balance.ts';
import { chargeRoutes } from './charge.ts';
import { checkoutRoutes } from './checkout-session.ts';
import { couponRoutes } from './coupon.ts';
import { creditNoteRoutes } from './credit-note.ts';
import { customerRoutes } from './customer.ts';
import { disputeRoutes } from './dispute.ts';
import { accountRoutes, eventRoutes } from './event.ts';
import { invoiceItemRoutes } from './invoice-item.ts';
import { invoiceLineRoutes } from './invoice-line.ts';
import { invoicePaymentRoutes } from './invoice-payment.ts';
import { invoiceRoutes } from './invoice.ts';
import { paymentIntentRoutes } from './payment-intent-routes.ts';
import { paymentMethodRoutes } from './payment-method.ts';
import { portalRoutes } from './portal-session.ts';
import { priceRoutes } from './price.ts';
import { productRoutes } from './product.ts';
import { refundRoutes } from './refund.ts';
import { setupIntentRoutes } from './setup-intent.ts';
import { taxIdRoutes } from './tax-id.ts';
import { taxRateRoutes } from './tax-rate.ts';
import { testClockRoutes } from './test-clock.ts';

/** Every endpoint of the API that there is here. */
export const API_ROUTES: readonly Route[] = [
  ...customerRoutes,
  ...taxIdRoutes,
  ...balanceRoutes,
  ...productRoutes,
  ...priceRoutes,
  ...taxRateRoutes,
  ...couponRoutes,
  ...paymentMethodRoutes,
  ...setupIntentRoutes,
  ...paymentIntentRoutes,
  ...chargeRoutes,
  ...refundRoutes,
  ...disputeRoutes,
  ...invoiceItemRoutes,
  ...invoiceLineRoutes,
  ...invoicePaymentRoutes,
  ...invoiceRoutes,
  ...creditNoteRoutes,
  ...checkoutRoutes,
  ...portalRoutes,
  ...testClockRoutes,
  ...eventRoutes,
  ...accountRoutes,
];

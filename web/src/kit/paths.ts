/** Every URL of the portal is minted here; pages and tests never write one by hand. */
type Search = Readonly<Record<string, string | undefined>>;

function withSearch(path: string, search: Search = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== '') params.set(name, value);
  }
  const text = params.toString();
  return text === '' ? path : `${path}?${text}`;
}

const customer = (id: string): string => `/c/${encodeURIComponent(id)}`;
const adminCustomer = (id: string): string => `/admin/customers/${encodeURIComponent(id)}`;
const adminPlan = (id: string): string => `/admin/plans/${encodeURIComponent(id)}`;
const adminMeter = (id: string): string => `/admin/meters/${encodeURIComponent(id)}`;
const adminRoute = (id: string): string => `/admin/routes/${encodeURIComponent(id)}`;

export const paths = {
  home: '/',
  signIn: (returnTo?: string, email?: string) =>
    withSearch('/sign-in', { return_to: returnTo, email }),
  signUp: '/sign-up',
  forgotPassword: '/forgot-password',
  resetPassword: '/reset-password',
  welcome: '/welcome',
  invitation: (token: string) => withSearch('/invitation', { token }),

  overview: customer,
  usage: (id: string, search?: Search) => withSearch(`${customer(id)}/usage`, search),
  invoices: (id: string) => `${customer(id)}/invoices`,
  invoice: (id: string, invoiceId: string) =>
    `${customer(id)}/invoices/${encodeURIComponent(invoiceId)}`,
  notices: (id: string) => `${customer(id)}/notices`,
  keys: (id: string, search?: Search) => withSearch(`${customer(id)}/keys`, search),
  start: (id: string, search?: Search) => withSearch(`${customer(id)}/start`, search),
  plan: (id: string, search?: Search) => withSearch(`${customer(id)}/plan`, search),
  payments: (id: string, search?: Search) => withSearch(`${customer(id)}/payments`, search),
  team: (id: string, search?: Search) => withSearch(`${customer(id)}/team`, search),
  settings: (id: string) => `${customer(id)}/settings`,
  quotas: (id: string) => `${customer(id)}/quotas`,
  reference: (id: string, search?: Search) => withSearch(`${customer(id)}/api`, search),
  logs: (id: string, search?: Search) => withSearch(`${customer(id)}/logs`, search),

  adminHome: '/admin',
  adminAccount: '/admin/account',
  adminMeters: (search?: Search) => withSearch('/admin/meters', search),
  adminMeter,
  adminQuotas: (search?: Search) => withSearch('/admin/quotas', search),
  adminUsage: (search?: Search) => withSearch('/admin/usage', search),
  adminRevenue: (search?: Search) => withSearch('/admin/revenue', search),
  adminCustomers: (search?: Search) => withSearch('/admin/customers', search),
  adminCustomer: (id: string, search?: Search) => withSearch(adminCustomer(id), search),
  adminPlans: (search?: Search) => withSearch('/admin/plans', search),
  adminPlan,
  adminPlanNewVersion: (id: string, search?: Search) =>
    withSearch(`${adminPlan(id)}/new-version`, search),
  adminPlanVersion: (id: string, versionId: string) =>
    `${adminPlan(id)}/versions/${encodeURIComponent(versionId)}`,
  adminRoutes: '/admin/routes',
  adminRouteNew: '/admin/routes/new',
  adminRouteTrial: (search?: Search) => withSearch('/admin/routes/test', search),
  adminRoute,
  adminSecrets: '/admin/secrets',
  adminTokens: (search?: Search) => withSearch('/admin/tokens', search),
  adminApiDocument: '/admin/api-document',
  adminInvoices: (search?: Search) => withSearch('/admin/invoices', search),
  adminInvoice: (id: string) => `/admin/invoices/${encodeURIComponent(id)}`,
  adminBillingSettings: '/admin/invoices/settings',
  adminTerms: '/admin/terms',
  adminAudit: (search?: Search) => withSearch('/admin/audit', search),
  adminJobs: '/admin/jobs',
  adminRetention: '/admin/retention',
  adminBranding: '/admin/branding',
  adminStripe: (search?: Search) => withSearch('/admin/stripe', search),
  adminReconciliations: '/admin/reconciliation',
  adminReconciliation: (id: string, search?: Search) =>
    withSearch(`/admin/reconciliation/${encodeURIComponent(id)}`, search),
  adminGateways: (search?: Search) => withSearch('/admin/gateways', search),
} as const;

/**
 * @returns `value` when it is a path of this site to come back to after sign-in, else undefined:
 * '//evil.example' and '/\\evil.example' leave the site although they begin with a slash.
 */
export function safeReturnTo(value: string | undefined): string | undefined {
  if (value === undefined || !/^\/(?![/\\])/.test(value)) return undefined;
  if (/^\/sign-in\b/.test(value)) return undefined;
  const BASE = 'http://portal.invalid';
  return URL.canParse(value, BASE) && new URL(value, BASE).origin === BASE ? value : undefined;
}

import { Link } from '../kit/link.tsx';
import { paths } from '../kit/paths.ts';
import type { Column } from '../kit/table.tsx';
import { t } from '../kit/text.ts';

type Subscriber = { customer_id: string; customer_name: string };

/** Whose subscription a row is about; it leads there. */
export const SUBSCRIBER: Column<Subscriber> = {
  id: 'customer',
  header: t('Customer'),
  card: 'title',
  written: (row) => row.customer_name,
  cell: ({ customer_id, customer_name }) => (
    <Link
      href={paths.adminCustomer(customer_id, { tab: 'subscription' })}
      className="py-0.5 font-medium text-accent underline-offset-4 hover:underline"
    >
      {customer_name}
    </Link>
  ),
};

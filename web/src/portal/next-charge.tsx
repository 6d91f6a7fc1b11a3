import { useQuery } from '@tanstack/react-query';
import { formatInZone, formatMoney } from '../kit/format.ts';
import { broughtBy } from '../kit/invoices/invoice-preview.tsx';
import { Link } from '../kit/link.tsx';
import { paths } from '../kit/paths.ts';
import { t } from '../kit/text.ts';
import { useCustomerId } from './layout.tsx';
import { nextInvoiceQuery } from './next-invoice.tsx';

/** What is charged next and when, as of now; it leads to what that is made of. */
export function NextCharge({ zone }: { zone: string }) {
  const customerId = useCustomerId();
  const { data, isError } = useQuery(nextInvoiceQuery(customerId));
  if (isError) return t('unknown');
  if (data === undefined) return '…';
  const { currency, invoice } = data;
  if (invoice === null) return t('none');
  return (
    <Link href={paths.invoices(customerId)} className="text-accent underline underline-offset-2">
      {t('{amount} so far, {time}', {
        amount: formatMoney(broughtBy(invoice), currency),
        time: formatInZone(invoice.at, zone),
      })}
    </Link>
  );
}

import { useQuery } from '@tanstack/react-query';
import { formatDate } from '../kit/format.ts';
import { t } from '../kit/text.ts';
import { overviewQuery } from './queries.ts';

const LOOK_EVERY_MS = 30_000;

/**
 * Says, on every page of a customer with a test clock of its own, that its dates are of that clock.
 * Nothing for all others, of whom nothing more is asked than the page asks anyway.
 */
export function ClockNote({ customerId }: { customerId: string }) {
  const { data } = useQuery({
    ...overviewQuery(customerId),
    refetchInterval: ({ state }) => (state.data?.customer.clock_ms ? LOOK_EVERY_MS : false),
  });
  if (data === undefined || data.customer.clock_ms === 0) return null;
  return (
    <p role="note" className="figures mb-5 rounded-md bg-warn-soft px-4 py-2 text-warn">
      {t('Test clock: here it is {date}', { date: formatDate(data.as_of) })}
    </p>
  );
}

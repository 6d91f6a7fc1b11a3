import { ErrorPanel } from './error-panel.tsx';
import { Card } from './page.tsx';
import type { Query } from './query.tsx';

/**
 * In the place of a card that is not always there: says that nobody knows whether it would be.
 * Nothing while the answer may still come.
 */
export function UnreadCard<Data>({
  title,
  query,
  className,
}: {
  title: string;
  query: Query<Data>;
  className: string;
}) {
  if (!query.isError || query.data !== undefined) return null;
  return (
    <Card title={title} className={className}>
      <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />
    </Card>
  );
}

import type { ReferencedOperation } from '@tollgate/billing-core/contract/api-document.ts';
import { Badge } from '../kit/badge.tsx';
import { Card } from '../kit/page.tsx';
import { t } from '../kit/text.ts';
import { Console } from './console.tsx';

interface OperationProps {
  operation: ReferencedOperation;
  gatewayUrl: string;
  /** In the memory of this page, nowhere else. */
  apiKey: string;
  onKey: (key: string) => void;
}

/** One thing that can be asked: what it is, what it answers, and a console to ask it. */
export function OperationCard(props: OperationProps) {
  const { operation } = props;
  const { method, path, summary, description, responses, deprecated } = operation;
  return (
    <>
      <Card title={summary === '' ? `${method} ${path}` : summary}>
        <p className="font-mono text-sm wrap-anywhere">
          <span className="text-ink-soft">{method}</span> {operation.url}
        </p>
        {deprecated && (
          <p className="mt-2">
            <Badge tone="warn">{t('Deprecated')}</Badge>
          </p>
        )}
        {description !== '' && (
          <p className="mt-3 max-w-prose whitespace-pre-line wrap-anywhere text-ink-soft">
            {description}
          </p>
        )}
        {responses.length > 0 && (
          <>
            <h3 className="mt-4 mb-1.5 text-[0.8125rem] font-semibold">{t('Answers')}</h3>
            <dl className="flex flex-col gap-1">
              {responses.map((one) => (
                <div key={one.status} className="flex gap-3">
                  <dt className="w-16 shrink-0 font-mono text-xs leading-5">{one.status}</dt>
                  <dd className="min-w-0 wrap-anywhere text-ink-soft">{one.description}</dd>
                </div>
              ))}
            </dl>
          </>
        )}
      </Card>
      <Console {...props} />
    </>
  );
}

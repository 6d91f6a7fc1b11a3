import { Badge } from '../kit/badge.tsx';
import { formatNumber } from '../kit/format.ts';
import { Link } from '../kit/link.tsx';
import { paths } from '../kit/paths.ts';
import { t } from '../kit/text.ts';
import { useCustomerId } from './layout.tsx';
import type { Answer } from './console-send.ts';

/** What came of a request: how it ended, how long it took, what is left, and its body. */
export function ConsoleAnswer({ answer }: { answer: Answer }) {
  const customerId = useCustomerId();
  const { status, tookMs, fields, requestId, body, isCut } = answer;
  return (
    <section aria-label={t('Answer')} className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Badge tone={status < 400 ? 'ok' : status < 500 ? 'warn' : 'danger'}>{status}</Badge>
        <span className="figures" data-testid="took">
          {t('{n} ms', { n: formatNumber(Math.round(tookMs)) })}
        </span>
        {requestId !== null && (
          <Link
            href={paths.logs(customerId, { request: requestId })}
            className="text-accent underline underline-offset-2"
          >
            {t('Look at it in Logs')}
          </Link>
        )}
      </div>
      {fields.length > 0 && (
        <dl className="flex flex-col gap-1 font-mono text-xs">
          {fields.map(([name, value]) => (
            <div key={name} className="wrap-anywhere">
              <dt className="inline text-ink-soft">{name}: </dt>
              <dd className="inline">{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {body !== '' && (
        <pre
          tabIndex={0}
          role="region"
          aria-label={t('Body')}
          className="max-h-96 overflow-auto rounded-md bg-sunken px-3 py-2 font-mono text-xs"
        >
          {pretty(body)}
        </pre>
      )}
      {isCut && <p className="text-ink-soft">{t('There is more of it than is shown.')}</p>}
    </section>
  );
}

/** A number of so many digits would come out as another one. */
const EXACT = /\d{16}|\d[eE.]\d/;

/** JSON of one line with its lines broken; what is none, or would be changed by it, as it came. */
function pretty(text: string): string {
  if (EXACT.test(text) || text.includes('\n')) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

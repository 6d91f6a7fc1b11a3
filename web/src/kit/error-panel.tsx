import { RotateCcw, TriangleAlert } from 'lucide-react';
import { ApiError } from './api-error.ts';
import { Button } from './button.tsx';
import { CopyButton } from './copy.tsx';
import { t, told } from './text.ts';

interface Told {
  title: string;
  detail: string | undefined;
  requestId: string | undefined;
}

/** @returns what to tell people about a failure; unknown failures stay unspecific. */
export function tell(error: unknown): Told {
  if (!(error instanceof ApiError)) {
    return { title: t('Something went wrong'), detail: undefined, requestId: undefined };
  }
  if (error.status === 404) {
    const detail = t('It does not exist, or your account has no access to it.');
    return { title: t('Not found'), detail, requestId: error.requestId };
  }
  const detail = error.detail && told(error.detail);
  return { title: told(error.title), detail, requestId: error.requestId };
}

/** Shown in the place of what could not be loaded. */
export function ErrorPanel({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { title, detail, requestId } = tell(error);
  return (
    <div role="alert" className="flex flex-col items-center gap-1 px-4 py-10 text-center">
      <TriangleAlert className="mb-2 size-5 text-danger" aria-hidden />
      <p className="font-semibold">{title}</p>
      {detail !== undefined && <p className="max-w-md text-ink-soft">{detail}</p>}
      {requestId !== undefined && <RequestId id={requestId} />}
      {onRetry && (
        <Button size="sm" className="mt-3" onClick={onRetry}>
          <RotateCcw aria-hidden />
          {t('Retry')}
        </Button>
      )}
    </div>
  );
}

/** Shown above a form whose submission was refused. */
export function FormProblem({ error }: { error: unknown }) {
  const { title, detail, requestId } = tell(error);
  return (
    <div role="alert" className="rounded-md bg-danger-soft px-3 py-2.5 text-danger">
      <p className="font-medium">{title}</p>
      {detail !== undefined && detail !== title && <p>{detail}</p>}
      {requestId !== undefined && <RequestId id={requestId} />}
    </div>
  );
}

/** By which support finds what happened. */
export function RequestId({ id }: { id: string }) {
  return (
    <p className="inline-flex max-w-full items-center gap-1 text-xs text-ink-soft">
      <span className="min-w-0 break-all">
        {t('Request id')} <code className="font-mono">{id}</code>
      </span>
      <CopyButton text={id} label={t('Copy request id')} />
    </p>
  );
}

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { BookOpen } from 'lucide-react';
import { useRef, useState } from 'react';
import type { ApiDocument } from '@tollgate/billing-core/contract/api-document.ts';
import { api } from '../kit/api.ts';
import { ApiError } from '../kit/api-error.ts';
import { Button } from '../kit/button.tsx';
import { ConfirmDialog } from '../kit/dialog.tsx';
import { FirstUse } from '../kit/empty.tsx';
import { FormProblem } from '../kit/error-panel.tsx';
import { formatNumber } from '../kit/format.ts';
import { Card, Facts, PageHeader } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { toast } from '../kit/toast.tsx';

const PATH = '/v1/api-document';
const KEY = ['admin', 'api-document'];
const BYTES_MAX = 1024 ** 2;
const NOT_FOUND = 404;

/** The document, or null where there is none. */
const read = async (signal: AbortSignal): Promise<ApiDocument | null> => {
  try {
    return await api<ApiDocument>(PATH, { signal });
  } catch (error) {
    if (error instanceof ApiError && error.status === NOT_FOUND) return null;
    throw error;
  }
};

/** What customers read of the API behind the gateway. */
export function ApiDocumentPage() {
  const queries = useQueryClient();
  const document = useQuery({ queryKey: KEY, queryFn: ({ signal }) => read(signal) });
  const [removing, setRemoving] = useState(false);
  const reload = () => queries.invalidateQueries({ queryKey: KEY });
  const upload = <Upload onDone={reload} again={document.data != null} />;
  return (
    <>
      <PageHeader
        title={t('API document')}
        about={t('OpenAPI, as JSON. Each customer sees what of it its routes and plan allow.')}
        back={{ href: paths.adminRoutes, label: t('Routes') }}
        actions={
          document.data != null && <Button onClick={() => setRemoving(true)}>{t('Remove…')}</Button>
        }
      />
      <Loaded
        query={document}
        skeleton={
          <Card>
            <FactsSkeleton />
          </Card>
        }
      >
        {(known) =>
          known === null ? (
            <Card>
              <FirstUse
                icon={<BookOpen aria-hidden />}
                title={t('No document yet')}
                about={t('With one, customers have a reference and a console in the portal.')}
                action={upload}
              />
            </Card>
          ) : (
            <Known document={known} upload={upload} />
          )
        }
      </Loaded>
      <ConfirmDialog
        open={removing}
        onClose={() => setRemoving(false)}
        title={t('Remove the API document?')}
        consequence={t('Customers see no reference any more, and have no console.')}
        confirmLabel={t('Remove document')}
        danger
        onConfirm={async () => {
          await api(PATH, { method: 'DELETE' });
          toast.done(t('API document removed'));
          await reload();
        }}
      />
    </>
  );
}

function Known({ document, upload }: { document: ApiDocument; upload: React.ReactNode }) {
  const { title, version, operations, unrouted, bytes, updated_at } = document;
  return (
    <div className="flex flex-col gap-5">
      <Card>
        <Facts
          facts={[
            { name: t('Title'), value: title },
            { name: t('Version'), value: version === '' ? '–' : version },
            { name: t('Operations'), value: formatNumber(operations) },
            { name: t('Size'), value: t('{n} bytes', { n: formatNumber(bytes) }) },
            { name: t('Set'), value: <Instant iso={updated_at} /> },
          ]}
        />
        <div className="mt-4">{upload}</div>
      </Card>
      {unrouted.length > 0 && (
        <Card
          title={t('Operations that no route takes')}
          about={t('Nobody is shown them. Paths are those that customers call at the gateway.')}
        >
          <ul className="flex flex-col gap-1 font-mono text-xs">
            {unrouted.map(({ method, path }) => (
              <li key={`${method} ${path}`} className="wrap-anywhere">
                <span className="text-ink-soft">{method}</span> {path}
              </li>
            ))}
          </ul>
        </Card>
      )}
    </div>
  );
}

function Upload({ onDone, again }: { onDone: () => Promise<void>; again: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  async function take(file: File): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    try {
      const body = { document: await documentIn(file) };
      await api(PATH, { method: 'PUT', body });
      toast.done(t('API document set'), { description: file.name });
      await onDone();
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
      if (input.current) input.current.value = '';
    }
  }
  return (
    <div className="flex flex-col items-start gap-3 text-left">
      <input
        ref={input}
        type="file"
        accept="application/json,.json"
        aria-label={t('OpenAPI document')}
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file) void take(file);
        }}
      />
      <Button tone={again ? 'plain' : 'primary'} busy={busy} onClick={() => input.current?.click()}>
        {again ? t('Replace with a file…') : t('Choose a file…')}
      </Button>
      {problem !== undefined && <Problem problem={problem} />}
    </div>
  );
}

/** What is wrong, and where in the document. */
function Problem({ problem }: { problem: unknown }) {
  const faults = problem instanceof ApiError ? problem.fields : [];
  return (
    <div className="flex flex-col gap-2">
      <FormProblem error={problem} />
      {faults.length > 0 && (
        <ul className="flex flex-col gap-1 text-[0.8125rem]">
          {faults.map(({ path, message }) => (
            <li key={`${path} ${message}`} className="wrap-anywhere">
              <code className="font-mono text-xs">{path}</code> {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

const unusable = (title: string): ApiError =>
  new ApiError({ status: 400, code: 'invalid_request', title });

async function documentIn(file: File): Promise<unknown> {
  if (file.size > BYTES_MAX) throw unusable(t('The file is over 1 MiB'));
  try {
    return JSON.parse(await file.text()) as unknown;
  } catch {
    throw unusable(t('The file is no JSON'));
  }
}

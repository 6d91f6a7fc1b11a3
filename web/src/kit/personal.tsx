import { Archive } from 'lucide-react';
import { apiUrl } from './api.ts';
import { buttonClass } from './button.tsx';
import { t } from './text.ts';

/** Saves everything that is stored about a customer as a zip, which the browser streams to disk. */
export function ExportLinks({ path }: { path: string }) {
  const look = buttonClass({ size: 'sm' });
  return (
    <div className="flex flex-wrap gap-2">
      <a href={apiUrl(path)} download className={look}>
        <Archive aria-hidden />
        {t('Export everything')}
      </a>
      <a href={apiUrl(path, { pdf: 'true' })} download className={look}>
        <Archive aria-hidden />
        {t('With documents as PDF')}
      </a>
      <a href={apiUrl(path, { ledger: 'true' })} download className={look}>
        <Archive aria-hidden />
        {t('With each row of the ledger')}
      </a>
    </div>
  );
}

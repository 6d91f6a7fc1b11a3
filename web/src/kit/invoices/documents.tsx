import { Download, FileText } from 'lucide-react';
import { apiUrl } from '../api.ts';
import { buttonClass } from '../button.tsx';
import { t } from '../text.ts';

/** Where an invoice or a credit note is to be had as a file, and as a page to be printed. */
export function Documents({ path, name }: { path: string; name: string }) {
  return (
    <span className="flex flex-wrap gap-2">
      <a
        href={apiUrl(`${path}/pdf`)}
        download
        aria-label={t('{name} as PDF', { name })}
        className={buttonClass({ size: 'sm' })}
      >
        <Download aria-hidden />
        {t('PDF')}
      </a>
      <a
        href={apiUrl(`${path}/html`)}
        target="_blank"
        rel="noreferrer"
        aria-label={t('Print view of {name}, in a new tab', { name })}
        className={buttonClass({ size: 'sm', tone: 'quiet' })}
      >
        <FileText aria-hidden />
        {t('Print view')}
      </a>
    </span>
  );
}

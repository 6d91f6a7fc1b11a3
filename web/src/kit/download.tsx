import { Download } from 'lucide-react';
import { apiUrl, type Query } from './api.ts';
import { buttonClass } from './button.tsx';
import { t } from './text.ts';

/** A list of the API as a file: all rows that its filters leave, also those not shown yet. */
export interface ListFile {
  path: string;
  query?: Query;
}

/** Saves a list as CSV. The browser streams it to disk, so it may be long. */
export function DownloadCsv({ file }: { file: ListFile }) {
  return (
    <a
      href={apiUrl(`${file.path}.csv`, file.query)}
      download
      className={buttonClass({ tone: 'quiet', size: 'sm' })}
    >
      <Download aria-hidden />
      {t('Download CSV')}
    </a>
  );
}

/** The same at the foot of a table that has all its rows. */
export function TableFoot({ file }: { file: ListFile }) {
  return (
    <div className="flex justify-end border-t border-line px-4 py-2.5">
      <DownloadCsv file={file} />
    </div>
  );
}

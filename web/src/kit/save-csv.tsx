import { Download } from 'lucide-react';
import { Button } from './button.tsx';
import { isoFromNow } from './clock.ts';
import { csvText, type CsvTable } from './csv.ts';
import { t } from './text.ts';

interface SaveProps {
  /** The file's name, to which its day is added. */
  name: string;
  /** Made when asked for. */
  table: () => CsvTable;
}

/**
 * Saves as CSV what a table shows that is no list of the API: all its rows are on the page. It
 * stands below them.
 */
export function SaveCsv({ name, table }: SaveProps) {
  return (
    <div className="flex justify-end border-t border-line px-4 py-2.5">
      <Button
        tone="quiet"
        size="sm"
        onClick={() => saveFile(`${name}-${isoFromNow(0).slice(0, 10)}.csv`, csvText(table()))}
      >
        <Download aria-hidden />
        {t('Download CSV')}
      </Button>
    </div>
  );
}

function saveFile(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

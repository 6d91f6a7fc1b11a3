import { Dialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { IconButton } from './button.tsx';
import { t } from './text.ts';

interface SheetProps {
  open: boolean;
  onClose: () => void;
  /** Stands beside the cross. */
  head: ReactNode;
  children: ReactNode;
}

/** The menu of pages, over the page, where there is no room for it beside. */
export function Sheet({ open, onClose, head, children }: SheetProps) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-black/35 transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0 dark:bg-black/60" />
        <Dialog.Popup className="fixed inset-y-0 left-0 z-50 flex w-68 max-w-[85vw] flex-col border-r border-line bg-surface p-3 transition-[translate] duration-150 data-ending-style:-translate-x-full data-starting-style:-translate-x-full">
          <Dialog.Title className="sr-only">{t('Menu')}</Dialog.Title>
          <div className="mb-2 flex items-center justify-between px-2">
            {head}
            <IconButton label={t('Close the menu')} onClick={onClose}>
              <X aria-hidden />
            </IconButton>
          </div>
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

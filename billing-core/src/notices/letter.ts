import type { DirectLetter } from '../kit/mail.ts';
import type { LetterToSend } from './store.ts';

/** The e-mail of a notice to one address: the same message, however often it is sent. */
export function letterOf(letter: LetterToSend, publicUrl: string): DirectLetter {
  const { id, customer_id, customer_name, address, title, body, path } = letter;
  const portal = `${publicUrl}/c/${customer_id}`;
  const more = path === '' ? '' : `More of it: ${portal}${path}\n\n`;
  return {
    to: address,
    subject: title,
    messageId: `<${id}@${new URL(publicUrl).hostname}>`,
    text: `${body}

${more}This is about ${customer_name}. Which of these e-mails are sent, and where to:
${portal}/notices
`,
  };
}

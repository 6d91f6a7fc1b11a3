import { createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';

/** What a letter came with. */
export type Arrived = {
  to: string;
  messageId: string;
  subject: string;
  text: string;
  /** What its Content-Type says. */
  type: string;
};

/**
 * A mail server that takes letters. `answer` says what it answers to an address and to the end of a
 * letter; `hang up` cuts the connection there.
 */
export type MailServer = {
  url: string;
  arrived: Arrived[];
  answer: (at: 'recipient' | 'end', address: string) => string;
  close(): Promise<void>;
};

const headerOf = (letter: string, name: string): string =>
  new RegExp(`^${name}: (.*)$`, 'im').exec(letter)?.[1]?.trim() ?? '';

function serve(socket: Socket, server: MailServer): void {
  let [letter, inLetter, to] = ['', false, ''];
  const say = (answer: string): void => {
    if (answer === 'hang up') socket.destroy();
    else socket.write(`${answer}\r\n`);
  };
  const line = (text: string): void => {
    if (/^RCPT TO:/i.test(text)) {
      to = /<(.*)>/.exec(text)?.[1] ?? '';
      say(server.answer('recipient', to));
    } else if (/^DATA/i.test(text)) {
      [inLetter, letter] = [true, ''];
      say('354 go on');
    } else if (/^QUIT/i.test(text)) socket.end('221 bye\r\n');
    else say('250 well');
  };
  socket.on('error', () => {});
  socket.write('220 here\r\n');
  let rest = '';
  socket.on('data', (chunk) => {
    const lines = `${rest}${chunk.toString()}`.split('\r\n');
    rest = lines.pop() ?? '';
    for (const text of lines) {
      if (!inLetter) line(text);
      else if (text === '.') {
        inLetter = false;
        const [, body = ''] = letter.split(/\n\n([^]*)/);
        const messageId = headerOf(letter, 'Message-ID');
        const answer = server.answer('end', to);
        if (!/^[45]/.test(answer)) {
          const [subject, type] = ['Subject', 'Content-Type'].map((name) => headerOf(letter, name));
          server.arrived.push({ to, messageId, subject: subject!, text: body, type: type! });
        }
        say(answer);
      } else letter += `${text}\n`;
    }
  });
}

export async function mailServer(): Promise<MailServer> {
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket);
    serve(socket, server);
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const server: MailServer = {
    url: `smtp://127.0.0.1:${port}`,
    arrived: [],
    answer: () => '250 well',
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => void listener.close(resolve));
    },
  };
  return server;
}

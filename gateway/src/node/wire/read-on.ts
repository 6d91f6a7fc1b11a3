import type { Socket } from 'node:net';

type Done = (error?: Error | null) => void;

/**
 * Has a connection stay open for reading when it cannot be written to any more: by itself Node
 * closes it then, over an answer that has arrived and was not read yet. In: who is told instead;
 * nothing that is written later leaves, and the connection's own end comes as always.
 */
export function readOn(socket: Socket, failed: (error: Error) => void): void {
  const write = socket._write.bind(socket);
  const writeAll = socket._writev?.bind(socket);
  const heeding =
    (done: Done): Done =>
    (error) =>
      error ? failed(error) : done();
  socket._write = (chunk, encoding, done) => write(chunk, encoding, heeding(done));
  if (writeAll) socket._writev = (chunks, done) => writeAll(chunks, heeding(done));
}

import { type IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http';

type Fields = OutgoingHttpHeaders | readonly string[];

/**
 * An answer to a client whose interim answers keep their place. Of an answer that waits for those
 * before it in a pipeline Node puts the head in front of all that waits with it, so that a 1xx
 * came to stand in the body and the client took it for the first bytes of that.
 */
export class ClientResponse<
  Request extends IncomingMessage = IncomingMessage,
> extends ServerResponse<Request> {
  override writeContinue(done?: () => void): void {
    this.#inTurn(() => super.writeContinue(done));
  }

  override writeInformation(status: number, fields?: Fields | (() => void)): void {
    if (typeof fields !== 'object') throw new TypeError('an interim answer has its fields');
    this.#inTurn(() => super.writeInformation(status, fields));
  }

  /** Now, or when the answers before are out; never behind the head of the final answer. */
  #inTurn(write: () => void): void {
    const early = (): void => {
      if (!this.headersSent) write();
    };
    if (this.socket) early();
    else this.once('socket', early);
  }
}

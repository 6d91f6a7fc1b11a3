/** What becomes of an admitted request, told what becomes of its connection. */
export interface Course {
  begin(): void;
  clientLeft(): void;
  /** What the client still sends of the request is not HTTP. */
  malformed(): void;
  /** The process is about to stop; for what would never end by itself. */
  goAway?(): void;
  /** The process cannot wait any longer. */
  abandon(): void;
}

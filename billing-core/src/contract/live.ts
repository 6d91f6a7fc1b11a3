/**
 * A live view without news writes a comment this often. Both sides know it: the portal takes a
 * stream for dead when it has been silent for longer.
 */
export const LIVE_HEARTBEAT_MS = 5_000;

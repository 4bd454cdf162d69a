/** The protocol's port. */
export const DEFAULT_PORT = 6789;

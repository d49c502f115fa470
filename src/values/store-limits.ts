/** How long one read of a store may take, in milliseconds. */
export const STORE_TIMEOUT_MS = 30_000;

/** When a read is given up that does not keep to that time; until then the store explains itself. */
export const STORE_LIMIT_MS = 35_000;

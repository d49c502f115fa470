/** The names of the state's tables in their schema. */
export const TABLES = ['state_layout', 'state_heads', 'state_records', 'state_locks'] as const;

/** Checks a saved plan's data against its schema; leaves the problems in `errors`. */
export declare const validate: {
  (data: unknown): boolean;
  errors?: readonly { readonly instancePath: string; readonly message?: string }[] | null;
};

import type { Options } from 'ajv/dist/2020.js';

/** How validators are compiled, at build time and at run time. */
export const AJV_OPTIONS: Options = {
  allErrors: true,
  strict: true,
  allowUnionTypes: true,
  strictRequired: false,
  discriminator: true,
  validateFormats: false,
  verbose: true,
  inlineRefs: false,
};

/** Words of our schemas that are for editors and messages, and check nothing. */
export const ANNOTATIONS: readonly string[] = ['patternErrorMessage'];

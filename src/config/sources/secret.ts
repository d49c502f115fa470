import type { SourceSyntax } from '../../model/index.js';

/** The word of the reference to another secret of the configuration. */
export const SECRET = 'secret';

/** How a reference to another secret is written. It is part of the language itself: its address is found by the configuration. */
export const secretSyntax: SourceSyntax = {
  word: SECRET,
  schema: {
    type: 'string',
    title: 'the name of a secret',
    pattern: '^([a-z_]+\\.[^./]+\\.)?[A-Za-z0-9_][A-Za-z0-9_$-]{0,254}$',
    patternErrorMessage:
      'Write the name of a secret of this configuration, or its address such as secret.helios.HF_TOKEN.',
    description: 'The value of another secret of this configuration, by its name or its address.',
    examples: ['AWS_SECRET_KEY', 'secret.helios.AWS_SECRET_KEY'],
  },
  example: '{ secret: NAME }',
  common: true,
  notForSettings: {
    code: 'secret-for-provider',
    why: 'cannot take its settings from a secret that a provider keeps',
  },
  transforms: false,
  // The configuration puts the address in place of the name.
  parse: ([name]) => ({ from: SECRET, name }),
};

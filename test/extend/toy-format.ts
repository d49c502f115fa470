import type { Format } from '../../src/report/index.js';

/** A format that says how each document ended. */
export const toyFormat: Format = {
  name: 'toy',
  open: ({ out }) => ({
    render: (document) => {
      const { kind } = document;
      if (kind === 'apply' && document.event !== 'end') out(`toy: ${kind} ${document.event}\n`);
      else if (kind !== 'apply' || document.event === 'end') {
        out(`toy: ${kind} is ${document.status}, with ${document.diagnostics.length} diagnostics\n`);
      }
    },
  }),
};

import type { Format } from '../../src/report/index.js';

/** A format that says how each document ended. */
export const toyFormat: Format = {
  name: 'toy',
  open: ({ out }) => ({
    render: (document) => {
      if (document.kind === 'apply' && document.event !== 'end') {
        out(`toy: ${document.kind} ${document.event}\n`);
        return;
      }
      out(`toy: ${document.kind} is ${document.status}, with ${document.diagnostics.length} diagnostics\n`);
    },
  }),
};

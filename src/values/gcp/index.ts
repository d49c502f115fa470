import type { SourceDefinition } from '../definition.js';
import { STORE_LIMIT_MS } from '../store-limits.js';
import { gcpName } from './source.js';
import type { GcpSource } from './source.js';

export const gcp: SourceDefinition<GcpSource> = {
  word: 'gcp',
  schema: {
    type: 'string',
    title: 'a secret of Google Cloud',
    pattern:
      '^([^/\\s]+/[A-Za-z0-9_-]{1,255}|projects/[^/\\s]+/secrets/[A-Za-z0-9_-]{1,255}(/versions/[A-Za-z0-9_-]+)?)$',
    patternErrorMessage: 'Write PROJECT/SECRET, or projects/PROJECT/secrets/SECRET/versions/VERSION.',
    description: 'A secret of Google Cloud Secret Manager; the newest version where none is written.',
    examples: ['analytics-prod/hf-token', 'projects/analytics-prod/secrets/hf-token/versions/3'],
  },
  example: '{ gcp: PROJECT/SECRET }',
  references: {
    gcpsecrets: {
      example: '{ gcp: PROJECT/SECRET }',
      parameters: ['version'],
      parse: ({ path, parameters }) => {
        const [project, secret, ...more] = path.split('/');
        if (project === undefined || secret === undefined || more.length > 0) return undefined;
        return {
          text: `projects/${project}/secrets/${secret}/versions/${parameters.get('version') ?? 'latest'}`,
        };
      },
    },
  },
  parse: ([text]) => ({ from: 'gcp', resource: resourceOf(text) }),
  name: gcpName,
  read: async (source, context) => (await import('./read.js')).readGcp(source, context),
  timeoutMs: () => STORE_LIMIT_MS,
};

/** `projects/P/secrets/S/versions/V`, in full, from what may be shorter. */
function resourceOf(text: string): string {
  const [, project, secret] = /^([^/]+)\/([^/]+)$/.exec(text) ?? [];
  const full = project === undefined ? text : `projects/${project}/secrets/${secret ?? ''}`;
  return full.includes('/versions/') ? full : `${full}/versions/latest`;
}

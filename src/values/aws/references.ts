import type { SourceSyntax } from '../../model/index.js';

type References = NonNullable<SourceSyntax['references']>;

/** Who asks comes from the environment only. */
const IDENTITY = {
  role_arn: 'Set AWS_PROFILE to a profile with that role instead.',
  profile: 'Set AWS_PROFILE instead.',
};

/** `ref+awssecrets://NAME#/KEY`. */
export const secretReferences: References = {
  awssecrets: {
    example: '{ aws_secret: NAME, key: KEY }',
    parameters: ['region', 'version_stage'],
    instead: { ...IDENTITY, version_id: 'Name a version stage instead: { aws_secret: NAME, stage: STAGE }' },
    parse: ({ path, parameters }) => ({
      text: path.replace(/\/$/, ''),
      beside: { region: parameters.get('region'), stage: parameters.get('version_stage') },
    }),
  },
};

/** `ref+awsssm://NAME`. */
export const parameterReferences: References = {
  awsssm: {
    example: '{ aws_parameter: /NAME }',
    parameters: ['region', 'mode', 'recursive'],
    instead: IDENTITY,
    parse: ({ path, parameters, fragment }) => {
      const name = path.startsWith('/') ? path : `/${path}`;
      const beside = { region: parameters.get('region') };
      if (parameters.get('mode') === 'singleparam') return { text: name, beside };
      // Without that mode the fragment goes on with the name, since vals reads all parameters below the path.
      const text = [name.replace(/\/$/, ''), ...(fragment ?? [])].join('/');
      return { text, beside, fragmentUsed: true };
    },
  },
};

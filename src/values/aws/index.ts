import { defined } from '../../model/index.js';
import type { SourceDefinition } from '../definition.js';
import { STORE_LIMIT_MS } from '../store-limits.js';
import { parameterReferences, secretReferences } from './references.js';
import { REGION, SECRET_ID, PARAMETER_NAME, STAGE } from './schema.js';
import { parameterName, secretName } from './source.js';
import type { AwsParameterSource, AwsSecretSource } from './source.js';

const CREDENTIALS = ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;

export const awsSecret: SourceDefinition<AwsSecretSource> = {
  word: 'aws_secret',
  schema: SECRET_ID,
  beside: { stage: STAGE, region: REGION },
  example: '{ aws_secret: NAME }',
  references: secretReferences,
  parse: ([id], { beside }) => ({
    from: 'aws_secret',
    id,
    ...defined({ stage: beside.get('stage'), region: beside.get('region') }),
  }),
  name: secretName,
  read: async (source, context) => (await import('./read.js')).readAwsSecret(source, context),
  timeoutMs: () => STORE_LIMIT_MS,
  credentials: CREDENTIALS,
};

export const awsParameter: SourceDefinition<AwsParameterSource> = {
  word: 'aws_parameter',
  schema: PARAMETER_NAME,
  beside: { region: REGION },
  example: '{ aws_parameter: NAME }',
  references: parameterReferences,
  parse: ([name], { beside }) => ({
    from: 'aws_parameter',
    name,
    ...defined({ region: beside.get('region') }),
  }),
  name: parameterName,
  read: async (source, context) => (await import('./read.js')).readAwsParameter(source, context),
  timeoutMs: () => STORE_LIMIT_MS,
  credentials: CREDENTIALS,
};

import type { JsonSchema } from '../../model/index.js';

export const SECRET_ID: JsonSchema = {
  type: 'string',
  title: 'the name or the ARN of a secret',
  pattern: '^[A-Za-z0-9/_+=.@:-]{1,2048}$',
  patternErrorMessage: 'Write the name or the ARN of a secret in AWS Secrets Manager.',
  description: 'A secret of AWS Secrets Manager, by its name or ARN.',
  examples: ['prod/huggingface'],
};

export const PARAMETER_NAME: JsonSchema = {
  type: 'string',
  title: 'the name of a parameter',
  pattern: '^[A-Za-z0-9/_.:-]{1,2048}$',
  patternErrorMessage: 'Write the name of a parameter in the Parameter Store, such as /prod/hf-token.',
  description: 'A parameter of AWS Systems Manager Parameter Store, by its name or ARN.',
  examples: ['/prod/hf-token'],
};

export const STAGE: JsonSchema = {
  type: 'string',
  title: 'a version stage',
  pattern: '^[A-Za-z0-9/_+=.@-]{1,256}$',
  patternErrorMessage: 'Write a version stage such as AWSCURRENT or AWSPREVIOUS.',
  description: 'Which version stage (with `aws_secret`); AWSCURRENT where none is written.',
  examples: ['AWSPREVIOUS'],
};

export const REGION: JsonSchema = {
  type: 'string',
  title: 'a region of AWS',
  pattern: '^[a-z]{2}(-[a-z]+)+-[0-9]{1,2}$',
  patternErrorMessage: 'Write a region such as eu-west-1.',
  description:
    'Which region (with `aws_secret` and `aws_parameter`); that of the environment or the profile otherwise.',
  examples: ['eu-west-1'],
};

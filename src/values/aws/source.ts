import type { EndSource } from '../../model/index.js';

/** A secret of AWS Secrets Manager. */
export interface AwsSecretSource extends EndSource {
  readonly from: 'aws_secret';
  /** Name or ARN. */
  readonly id: string;
  readonly region?: string;
  readonly stage?: string;
}

/** A parameter of AWS Systems Manager Parameter Store. */
export interface AwsParameterSource extends EndSource {
  readonly from: 'aws_parameter';
  readonly name: string;
  readonly region?: string;
}

/** What messages call a secret. */
export const secretName = ({ id }: AwsSecretSource): string => `The AWS secret ${id}`;

/** What messages call a parameter. */
export const parameterName = ({ name }: AwsParameterSource): string => `The AWS parameter ${name}`;

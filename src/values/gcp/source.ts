import type { EndSource } from '../../model/index.js';

/** A version of a secret of Google Cloud Secret Manager. */
export interface GcpSource extends EndSource {
  readonly from: 'gcp';
  /** `projects/P/secrets/S/versions/V`, in full. */
  readonly resource: string;
}

/** What messages call it. */
export const gcpName = ({ resource }: GcpSource): string => `The Google Cloud secret ${resource}`;

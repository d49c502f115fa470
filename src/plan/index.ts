export { changedSince, fieldAt } from './compare.js';
export { fingerprintDomain } from './input.js';
export { checkActors } from './self.js';
export type { Fingerprint, PlanInput } from './input.js';
export type { MaxDeletes } from './limits.js';
export { findDrift, makePlan } from './make.js';
export { claimsOf, objectKey, twoAddresses } from './one-address.js';
export type { Claim } from './one-address.js';
export { scopeOf } from './scope.js';

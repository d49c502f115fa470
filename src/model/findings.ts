import type { DriftReport } from './plan.js';
import { addressesOf, counted } from './unverified.js';

/** A name that `drift --fail-on` takes. */
export type FindingName = 'drift' | 'rotation' | 'unmanaged' | 'unverifiable';

/** One sort of thing that a drift report can hold, and what it means for the exit code. */
export interface Finding {
  /** As `--fail-on` takes it. */
  readonly name: FindingName;
  /** What it is, for the help. */
  readonly words: string;
  /** The exit code where there is any, and it counts. */
  readonly exitCode: 2 | 3;
  /** Whether it counts unless `--fail-on` says otherwise. */
  readonly isDefault: boolean;
  /** How many there are in a report. */
  readonly count: (report: DriftReport) => number;
}

/** All sorts, in the order in which they are named. */
export const FINDINGS: readonly Finding[] = [
  {
    name: 'drift',
    words: 'what differs from what was last applied',
    exitCode: 2,
    isDefault: true,
    count: ({ drift }) => drift.length,
  },
  {
    name: 'rotation',
    words: 'what is overdue for rotation',
    exitCode: 2,
    isDefault: false,
    count: ({ rotation }) => rotation.filter(({ status }) => status === 'overdue').length,
  },
  {
    name: 'unmanaged',
    words: 'what others put on objects of ours, and the configuration does not name',
    exitCode: 2,
    isDefault: false,
    count: ({ unmanaged }) => unmanaged.length,
  },
  {
    name: 'unverifiable',
    words: 'what could not be checked',
    exitCode: 3,
    isDefault: true,
    count: ({ unverified }) => addressesOf(counted(unverified)).length,
  },
];

/** The sorts that count unless somebody says otherwise. */
export const DEFAULT_FAIL_ON: readonly FindingName[] = FINDINGS.filter(({ isDefault }) => isDefault).map(
  ({ name }) => name,
);

/** The findings of a report that count, those with the highest exit code first. */
export function countedFindings(report: DriftReport, failOn: readonly FindingName[]): readonly Finding[] {
  return FINDINGS.filter(({ name, count }) => failOn.includes(name) && count(report) > 0).sort(
    (a, b) => b.exitCode - a.exitCode,
  );
}

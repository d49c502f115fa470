#!/bin/sh
# What a pipeline does on the main branch. SECRETS_KEY seals the plan and pins the values; the job sets the hosts that values
# may go to. Between `plan` and `apply` may stand an approval: the plan is applied as it was shown, or not at all.
set -eu
cd "$(dirname "$0")"
plan=$(mktemp)
trap 'rm -f "$plan"' EXIT

secrets validate
secrets plan --out "$plan"
secrets show "$plan" --json > /dev/null # for whoever wants to check a plan by program
secrets apply "$plan" --lock-timeout 5m
secrets drift

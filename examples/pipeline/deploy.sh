#!/bin/sh
# What a pipeline does on the main branch. SECRETS_KEY seals the plan and pins the values; the job sets SECRETS_ALLOWED_HOSTS. An
# approval may come between `plan` and `apply`: the plan is applied exactly as shown, or not at all.
set -eu
cd "$(dirname "$0")"
plan=$(mktemp)
trap 'rm -f "$plan"' EXIT

secrets validate
secrets plan --out "$plan"
secrets show "$plan" --json > /dev/null # to check the plan with a program
secrets apply "$plan" --lock-timeout 5m
secrets drift

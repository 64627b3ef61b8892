#!/usr/bin/env bash
# Checks the templates: annotations on stdout, every finding in the job summary, reports and counts as outputs.
#
# Comes in: the action's inputs as variables of the environment, and BIN, the program. Goes out: what is written to
# GITHUB_OUTPUT and GITHUB_STEP_SUMMARY, and the program's own exit code.
set -euo pipefail

fail() {
  echo "::error title=cfn-lockout::$1"
  exit 2
}

help=$("$BIN" check --help)

# Whether this version of the program has a flag.
knows() {
  grep -qE -- "--$1([ =[<]|\$)" <<< "$help"
}

# The lines of an input that say something, without blanks around them.
lines() {
  sed -e 's/\r$//' -e 's/^[[:blank:]]*//' -e 's/[[:blank:]]*$//' -e '/^$/d' <<< "$1"
}

args=()
if [ -n "$ROLE_ARN" ]; then args+=(--role-arn "$ROLE_ARN"); fi
if [ -n "$DEPLOYER" ]; then args+=(--deployer "$DEPLOYER"); fi
if [ -n "$ACCOUNT" ]; then args+=(--account "$ACCOUNT"); fi
if [ -n "$REGION" ]; then args+=(--region "$REGION"); fi
if [ -n "$CONFIG" ]; then args+=(--config "$CONFIG"); fi
if [ "$FAIL_ON" != error ]; then args+=(--fail-on "$FAIL_ON"); fi
while IFS= read -r line; do
  case "$line" in
    file://*) args+=(--parameters "${line#file://}") ;;
    *) args+=(--parameter "$line") ;;
  esac
done < <(lines "$PARAMETERS")

# The templates that are deployed now: those of the commit that the pull request starts from.
previous() {
  local ref=${PREVIOUS:-$BASE}
  if [ -z "$ref" ] || [ "$ref" = none ]; then return; fi
  if ! knows previous-git; then
    if [ -n "$PREVIOUS" ]; then fail "this version of cfn-lockout cannot compare with another commit"; fi
    return
  fi
  if [[ $ref == -* ]]; then fail "the input previous is no commit"; fi
  if ! git rev-parse --quiet --verify "$ref^{commit}" > /dev/null; then
    # A checkout is usually shallow.
    if ! git fetch --quiet --no-tags --depth=1 origin "$ref"; then
      echo "::warning title=cfn-lockout::the commit to compare with cannot be fetched: updates are not checked"
      return
    fi
    ref=$(git rev-parse FETCH_HEAD)
  fi
  args+=(--previous-git "$ref")
}
previous

paths=()
# shellcheck disable=SC2153 # an input
while IFS= read -r line; do paths+=("$line"); done < <(lines "$PATHS")
if [ ${#paths[@]} -eq 0 ]; then paths=(.); fi

reports=$(mktemp -d "$RUNNER_TEMP/cfn-lockout-reports.XXXXXX")
outputs=()
for report in json=report.json markdown=summary.md junit=junit.xml text=report.txt; do
  outputs+=(--output "${report%%=*}=$reports/${report#*=}")
done
if [ -n "$SARIF" ]; then
  mkdir -p "$(dirname -- "$SARIF")"
  outputs+=(--output "sarif=$SARIF")
fi

code=0
"$BIN" check ${args[@]+"${args[@]}"} --format github "${outputs[@]}" -- "${paths[@]}" < /dev/null || code=$?
command=$(printf '%q ' cfn-lockout check ${args[@]+"${args[@]}"} -- "${paths[@]}")
command=${command% }

output() {
  case "$2" in *[$'\n\r']*) fail "an output would have more than one line" ;; esac
  printf '%s=%s\n' "$1" "$2" >> "$GITHUB_OUTPUT"
}
output exit-code "$code"
output command "$command"
if [ ! -s "$reports/report.json" ]; then
  fail "the check could not be run; the log says why"
fi
output report "$reports/report.json"
output summary "$reports/summary.md"
output junit "$reports/junit.xml"
output sarif "$SARIF"
# Members of keys are indented by six blanks, those of the summary by four; nothing else is.
for verdict in safe safe-if-iam lockout invalid undecided bypassed default-policy; do
  output "$verdict" "$(grep -c "^      \"verdict\": \"$verdict\",\$" "$reports/report.json" || true)"
done
for count in keys errors warnings notes failures; do
  output "$count" "$(sed -n "s/^    \"$count\": \([0-9]*\),*\$/\1/p" "$reports/report.json")"
done

if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  {
    cat "$reports/summary.md"
    # One line, whatever is in it: a fence of its own length cannot end early.
    printf '\nThe same check on your machine:\n\n~~~~text\n%s\n~~~~\n' "$command"
  } >> "$GITHUB_STEP_SUMMARY"
fi

# The report for people holds text of the templates: until the token comes, the runner takes nothing in it for a command.
token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "::group::The report"
echo "::stop-commands::$token"
cat "$reports/report.txt"
printf '\nThe same check on your machine:\n  %s\n' "$command"
echo "::$token::"
echo "::endgroup::"
exit "$code"

#!/usr/bin/env bash
# The step of action.yml: one scan with every output, then annotations; the gates decide at the end.
set -uo pipefail
export PATH="$RUNNER_TEMP/mlopslint/bin:$PATH"
options=()
[ -n "$UNDER" ] && options+=(--fail-under "$UNDER")
[ -n "$LEVEL" ] && options+=(--min-level "$LEVEL")
# shellcheck disable=SC2206  # several arguments in one input are meant
more=($MORE)
mlopslint scan "$TARGET" -f json -o "$SARIF" -o "$RUNNER_TEMP/mlopslint.md" \
  "${options[@]+"${options[@]}"}" "${more[@]+"${more[@]}"}" >"$RUNNER_TEMP/mlopslint.json"
scan=$?
if [ "$scan" -gt 1 ]; then exit "$scan"; fi
# a step summary holds 1 MiB at most
head -c 1000000 "$RUNNER_TEMP/mlopslint.md" >>"$GITHUB_STEP_SUMMARY"
python - "$RUNNER_TEMP/mlopslint.json" >>"$GITHUB_OUTPUT" <<'PYTHON'
import json, sys
result = json.load(open(sys.argv[1], encoding="utf-8"))
score = result["assessment"]["score"]
print(f"score={'' if score is None else score}")
print(f"level={result['assessment']['level']}")
print(f"findings={len(result['findings'])}")
PYTHON
lint=0
if [ "$LINT" = "true" ]; then
  if [ "$ON" = "never" ]; then
    mlopslint lint "$TARGET" -f github --exit-zero
  else
    mlopslint lint "$TARGET" -f github --fail-on "$ON"
  fi
  lint=$?
fi
if [ "$lint" -gt "$scan" ]; then exit "$lint"; fi
exit "$scan"

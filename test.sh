#!/usr/bin/env bash
# Usage: ./test.sh [--no-cluster]
#
# Runs every test on a Debian machine with a .NET 10 SDK, and installs what it needs from Debian's packages (it says what):
# unit and server tests, tests of the image, and end-to-end tests on a real Kubernetes. That is the cluster of KUBECONFIG
# (SCOPE_TEST_LOAD names a command that puts an image archive into it, such as `kind load image-archive`), else one of our
# own on this machine (lab/), which needs root and is taken down afterwards unless it was up before.
# --no-cluster leaves the image and the cluster out.
# A test that fails is run once more, since a real cluster may stumble and a busy machine be late; if it then passes it is named, not hidden.
# The last line counts: N passed, N failed, N skipped.
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/eng/steps.sh"

with_cluster=yes
case ${1:-} in
    '') ;;
    --no-cluster) with_cluster= ;;
    *) sed -n '2,/^set/{s/^# \{0,1\}//p}' "$0"; [ "$1" = --help ] || exit 2; exit 0 ;;
esac

passed=0 failed=0 skipped=0 unsteady= preparing=
no_tests=8 # the exit code of a module that has none of those asked for
work=$(mktemp -d)

finish() {
    local code=$?
    trap - EXIT
    trap '' INT TERM HUP
    [ -z "$preparing" ] || kill -- "-$preparing" 2> /dev/null || true
    leave_cluster || failed=$((failed + 1))
    rm -rf "$work"
    [ "$code" = 0 ] || [ "$failed" -gt 0 ] || failed=1
    [ -z "$unsteady" ] || say "passed only when run again:" $unsteady
    say "done in $((SECONDS / 60)) min $((SECONDS % 60)) s"
    printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
    [ "$failed" = 0 ] || exit 1
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

count() { awk -v name="$1:" '$1 == name { sum += $2 } END { print sum + 0 }' "$work/log"; }

# run_tests MODULES [OPTION...]: runs test modules, several at once, and adds up their counts.
run_tests() {
    local ok=yes
    dotnet test --root-directory "$root/artifacts/bin" --test-modules "$1" --max-parallel-test-modules 4 --no-progress "${@:2}" 2>&1 | tee "$work/log" || ok=
    passed=$((passed + $(count succeeded)))
    failed=$((failed + $(count failed)))
    skipped=$((skipped + $(count skipped)))
    [ -n "$ok" ] || [ "$(count failed)" -gt 0 ] || failed=$((failed + 1))
}

# The methods that failed in the last run. A line of the log may also say that a test was canceled, or name it in brackets.
failures() { LC_ALL=C sed -n 's/^failed [^E]*\(Endoscope\.[A-Za-z0-9_.]*\).*/\1/p' "$work/log" | sort -u; }

# run_again MODULES: runs what has just failed of them once more.
run_again() {
    local names name again ran missing filters=()
    names=$(failures)
    [ -n "$names" ] || return 0
    for name in $names; do filters+=(--filter-method "$name"); done
    say "once more:" $names
    failed=$((failed - $(count failed)))
    run_tests "$1" --ignore-exit-code "$no_tests" "${filters[@]}"
    ran=$(($(count succeeded) + $(count failed) + $(count skipped)))
    missing=$((${#filters[@]} / 2 - ran))
    [ "$missing" -le 0 ] || failed=$((failed + missing)) # whoever was not found again has still failed
    again=$(failures)
    for name in $names; do [[ " ${again//$'\n'/ } " = *" $name "* ]] || unsteady="$unsteady $name"; done
}

need_dotnet
say "building (about a minute)"
dotnet build "$root/scope.slnx" -v quiet

# Unit tests compare scope with it where it is there; whoever may not install it does without.
[ "$(id -u)" != 0 ] || need kubectl kubernetes-client

modules=
for project in "$root"/tests/*.Tests; do
    name=$(basename "$project")
    module=$name/debug/$name.dll
    case $name in *.EndToEnd.Tests) end_to_end=$module ;; *) modules="$modules${modules:+;}$module" ;; esac
done

# What the end-to-end tests need is made while the unit and server tests run, most of which wait; what it says is shown afterwards.
prepare() {
    local ok=yes
    publish_scope
    build_image
    say "testing the image"
    "$root/image/test" --image "$image_tar" || ok=
    [ -z "$lab_started" ] || "$root/lab/up" > /dev/null
    [ -n "$ok" ]
}
if [ -n "$with_cluster" ]; then
    say "meanwhile: publishing scope (NativeAOT), building the image, testing it, starting the cluster (the first time about fifteen minutes)"
    [ -n "${KUBECONFIG:-}" ] || [ "$(id -u)" != 0 ] || will_start_lab
    set -m # a process group of its own, to be ended as one
    prepare > "$work/prepared" 2>&1 &
    preparing=$!
    set +m
fi

say "unit and server tests"
run_tests "$modules"
run_again "$modules"

if [ -n "$with_cluster" ]; then
    tail -n +1 -f --pid="$preparing" "$work/prepared"
    if wait "$preparing"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
    preparing=
    use_cluster
    need tmux tmux
    need tshark tshark wireshark-common
    say "end-to-end tests"
    export SCOPE_BINARY=$scope
    run_tests "$end_to_end"
    run_again "$end_to_end"
fi

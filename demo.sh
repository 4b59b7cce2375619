#!/usr/bin/env bash
# Usage: ./demo.sh [--yes]
#
# Builds scope and its image, starts a Kubernetes on this machine (lab/), starts a few pods (one of them unreachable) and looks
# into them: launch, pids, ping -a, ping -a -g for some seconds, shell, cleanup. Needs a Debian machine with a .NET 10 SDK, and root:
# the lab's nodes are namespaces, control groups and links; missing Debian packages are installed.
# With KUBECONFIG set it uses that cluster instead, after asking (--yes: without asking); SCOPE_TEST_LOAD then names a command that
# puts an image archive into it, such as `kind load image-archive`. Everything it made is removed at the end.
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/eng/steps.sh"

yes=
case ${1:-} in
    '') ;;
    --yes) yes=yes ;;
    *) sed -n '2,/^set/{s/^# \{0,1\}//p}' "$0"; [ "$1" = --help ] || exit 2; exit 0 ;;
esac

ns=endoscope-demo
foreign=${KUBECONFIG:-}
if [ -n "$foreign" ] && [ -z "$yes" ]; then
    [ -t 0 ] || fail "KUBECONFIG is set: --yes says that this cluster may be used"
    read -r -p "Use the cluster $(kubectl config current-context) of KUBECONFIG, in a new namespace $ns? [y/N] " answer
    [[ $answer == [yY]* ]] || fail "unset KUBECONFIG for a cluster of its own on this machine"
fi

finish() {
    trap - EXIT
    trap '' INT TERM HUP
    [ -z "${KUBECONFIG:-}" ] || [ -n "$lab_started" ] || kubectl delete namespace "$ns" --ignore-not-found --timeout=60s > /dev/null || true
    leave_cluster
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# show COMMAND... : prints a command line as a user types it, then runs it.
show() {
    printf '\n\e[1;36m$ scope %s\e[0m\n' "$*" >&2
    "$scope" "$@" || printf '\e[2m(exit code %d)\e[0m\n' $? >&2
}

need_dotnet
publish_scope
build_image
use_cluster

say "starting a few pods in namespace $ns"
kubectl create namespace "$ns" --dry-run=client -o yaml | kubectl apply -f - > /dev/null
kubectl apply -n "$ns" -f "$root/demo/pods.yaml" -f "$root/demo/unreachable$([ -z "$foreign" ] || echo -by-policy).yaml"
kubectl wait -n "$ns" --for=condition=Ready --timeout=60s pod --all > /dev/null

say "the tour: the target is a distroless pod that is not root, with no shell and no tools"
show -n "$ns" -p distroless launch
show -n "$ns" -p distroless pids
show -n "$ns" -p distroless ping -a -c 3
if [ -t 1 ]; then
    printf '\n\e[1;36m$ scope %s\e[0m\n' "-n $ns -p distroless ping -c0 -a -g" >&2
    timeout --foreground --signal=INT 12 "$scope" -n "$ns" -p distroless ping -c0 -a -g || true
else
    show -n "$ns" -p distroless ping -c 5 -i 0.5 -a -g
fi
show -n "$ns" -p distroless shell ip address
show -n "$ns" -p all cleanup
say "done in $((SECONDS / 60)) min $((SECONDS % 60)) s"

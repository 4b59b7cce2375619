# The steps that test.sh, demo.sh and bench/ share. Sourced, never run.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
image_tar=$root/artifacts/image/endoscope.tar
rid=linux-$(case $(uname -m) in aarch64) echo arm64 ;; *) echo x64 ;; esac)
scope=$root/artifacts/publish/Endoscope.Cli/release_$rid/scope
lab_started=

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

say() { printf '\n\e[1m== %s\e[0m\n' "$*" >&2; }
fail() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

need_dotnet() {
    command -v dotnet > /dev/null || fail "dotnet is missing: install the .NET 10 SDK first, see https://dotnet.microsoft.com/download"
}

# need COMMAND PACKAGE... : installs Debian packages where a command is missing, and says so.
need() {
    local command=$1
    shift
    command -v "$command" > /dev/null || install "$@"
}

install() {
    [ "$(id -u)" = 0 ] || fail "installing needs root; have it done first: apt-get install $*"
    say "installing Debian packages: $*"
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" > /dev/null
}

# What NativeAOT links with.
need_linker() {
    need clang clang zlib1g-dev
    dpkg -s zlib1g-dev > /dev/null 2>&1 || install zlib1g-dev
}

publish_scope() {
    need_linker
    say "publishing scope (NativeAOT, about a minute)"
    dotnet publish "$root/src/Endoscope.Cli" -c Release -r "$rid" -v quiet
}

build_image() {
    say "building the endoscope image (the first time about two minutes: Debian packages, kept in ${ENDOSCOPE_CACHE:-$HOME/.cache/endoscope})"
    "$root/image/build" --output "$image_tar"
}

# To be asked before the lab is started: whoever starts it takes it down.
will_start_lab() { [ -e "${ENDOSCOPE_LAB_DIR:-/var/lib/endoscope-lab}/ready" ] || lab_started=yes; }

# Uses the cluster of KUBECONFIG, else starts the lab. Sets KUBECONFIG.
use_cluster() {
    need jq jq
    if [ -n "${KUBECONFIG:-}" ]; then
        need kubectl kubernetes-client
        say "using the cluster of KUBECONFIG"
        if [ -n "${SCOPE_TEST_LOAD:-}" ]; then
            local tars
            tars=$(mktemp -d)
            "$root/lab/targets" "$tars"
            for tar in "$image_tar" "$tars"/*.tar; do $SCOPE_TEST_LOAD "$tar"; done
            rm -rf "$tars"
        fi
        return
    fi

    [ "$(id -u)" = 0 ] || fail "the lab (a Kubernetes on this machine) needs root: its nodes are namespaces, control groups and links; or set KUBECONFIG"
    say "starting a two-node Kubernetes on this machine (the first time about ten minutes: its servers are built from source; later half a minute)"
    will_start_lab
    local export_line
    export_line=$("$root/lab/up") || fail "the lab did not start"
    eval "$export_line"
    need kubectl kubernetes-client
    "$root/lab/targets"
    "$root/lab/load" "$image_tar"
}

# Takes down the lab if use_cluster started it.
leave_cluster() { [ -z "$lab_started" ] || "$root/lab/down"; }

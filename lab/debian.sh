# What comes from Debian: the daemons' packages, unpacked and never installed, and the Kubernetes servers, built from source.
# shellcheck shell=bash

kubernetes=1.20.2
arch=$(dpkg --print-architecture)
release=bookworm
daemons=$cache/debian-$release-$arch
daemon_packages=(containerd runc etcd-server containernetworking-plugins busybox-static)
build_packages=(golang-1.19-go golang-1.19-src rsync libpopt0)

# An apt of our own: its own sources and lists, the machine's proxy and certificate settings. The machine's are only read.
apt_private() {
    local tool=$1
    shift
    "$tool" -o Dir::Etc::sourcelist="$cache/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
        -o Dir::State::lists="$cache/apt/lists" -o Dir::Cache="$cache/apt" -o APT::Sandbox::User=root -o Acquire::Languages=none \
        -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false -o Acquire::Retries=3 "$@"
}

# The mirrors that this machine already uses, those of the wanted release first. Known from its sources alone: it may have no lists yet.
mirrors() {
    apt-get --print-uris update | sed -n "s#^'\(.*/\)dists/\(.*\)/InRelease'.*#\2 \1#p" \
        | awk -v release="$release" '{ print ($1 == release ? 0 : 1), $2 }' | sort | awk '!seen[$2]++ { print $2 }'
}

use_debian() {
    local mirror keyring=/usr/share/keyrings/debian-archive-keyring.gpg options=
    [ ! -e "$cache/apt/ready" ] || return 0
    [ ! -e $keyring ] || options="[signed-by=$keyring] "
    mkdir -p "$cache/apt/lists/partial" "$cache/apt/archives/partial"
    for mirror in $(mirrors); do
        printf "%s $options$mirror $release main\n" deb deb-src > "$cache/apt/sources.list"
        say "reading the package lists of $mirror ($release, about 20 MB, into $cache/apt)"
        if apt_private apt-get update > "$cache/apt/update.log" 2>&1 &&
            apt_private apt-cache showsrc kubernetes 2> /dev/null | grep "^Version: .*$kubernetes-" > /dev/null; then
            touch "$cache/apt/ready"
            return
        fi
    done
    fail "none of this machine's package mirrors has the source of kubernetes $kubernetes ($release); see $cache/apt/update.log"
}

download() { (cd "$1" && apt_private apt-get -q download "${@:2}" > "$cache/apt/download.log" 2>&1); }

# unpack DIR PACKAGE...: the packages' files, with no installation: no service starts, no configuration of the machine changes.
unpack() {
    local dir=$1 deb
    shift
    rm -rf "$dir.part"
    mkdir -p "$dir.part/debs"
    # Lists read some weeks ago may name files that the mirror has replaced since.
    download "$dir.part/debs" "$@" || { rm -f "$cache/apt/ready" && use_debian && download "$dir.part/debs" "$@"; } ||
        fail "could not download $*: $(tail -n 3 "$cache/apt/download.log")"
    for deb in "$dir.part"/debs/*.deb; do dpkg -x "$deb" "$dir.part"; done
    rm -rf "$dir.part/debs" "$dir"
    mv "$dir.part" "$dir"
}

ensure_daemons() {
    [ ! -x "$daemons/bin/busybox" ] || return 0
    use_debian
    say "downloading ${daemon_packages[*]} (45 MB), unpacked in $daemons, not installed"
    unpack "$daemons" "${daemon_packages[@]}"
}

# install_if_missing PROGRAM PACKAGE...: none of the packages that are installed has a service.
install_if_missing() {
    local program=$1
    shift
    ! type -P "$program" > /dev/null || return 0
    say "installing $* (for $program), as root through apt"
    apt_install "$@" || { apt-get update -q >&2 && apt_install "$@"; } || fail "could not install $*; apt said why above"
}

apt_install() {
    DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" >&2
}

ensure_tools() {
    install_if_missing ip iproute2
    install_if_missing mount mount
    install_if_missing jq jq
    install_if_missing openssl openssl
    install_if_missing gcc gcc libc6-dev
    [ -x "$1/kubectl" ] || install_if_missing kubectl kubernetes-client
}

# Builds the servers once into the cache; sets the directory that has them in $server_dir.
ensure_servers() {
    local build=$cache/build missing=
    server_dir=$cache/kubernetes-$kubernetes-$arch
    for server in "${servers[@]}"; do [ -x "$server_dir/$server" ] || missing=$server; done
    [ -n "$missing" ] || return 0
    [ "$(df --output=avail -k "$cache" | tail -n 1)" -gt 5000000 ] || fail "building Kubernetes needs 5 GB below $cache for a while"
    use_debian
    install_if_missing dpkg-source dpkg-dev
    say "downloading the source of Kubernetes $kubernetes and Go 1.19 (115 MB)"
    rm -rf "$build/source"
    mkdir -p "$build/home"
    unpack "$build/go" "${build_packages[@]}"
    (cd "$build" && apt_private apt-get -q source --download-only kubernetes && dpkg-source --no-check -x kubernetes_*.dsc source) \
        > "$build/source.log" 2>&1 ||
        fail "could not get the source of kubernetes; see $build/source.log"
    say "building Kubernetes $kubernetes, once, in 5 to 15 minutes; compiler output in $build/make.log"
    in_background 3600 building make_servers "$build"
    rm -rf "$server_dir.part"
    mkdir -p "$server_dir.part"
    for server in "${servers[@]}"; do cp "$build/source/_output/bin/$server" "$server_dir.part/"; done
    mv -T "$server_dir.part" "$server_dir"
    rm -rf "$build" "$cache/apt"
}

# Kubernetes of that age builds in a GOPATH; its makefile wants rsync.
make_servers() {
    local build=$1
    exec > "$build/make.log" 2>&1
    mkdir -p "$build/source/.go/src/k8s.io"
    ln -s ../../.. "$build/source/.go/src/k8s.io/kubernetes"
    cd "$build/source/.go/src/k8s.io/kubernetes"
    export HOME=$build/home GOPATH=$build/source/.go GOROOT=$build/go/usr/lib/go-1.19 CGO_ENABLED=0 GOFLAGS='' GO111MODULE=''
    export PATH=$GOROOT/bin:$build/go/usr/bin:$PATH
    LD_LIBRARY_PATH=$(echo "$build"/go/usr/lib/*-linux-gnu*) exec make WHAT="${servers[*]/#/cmd/}"
}

# in_background SECONDS WHAT FUNCTION ARGUMENT...: in a process group that is ended with us; says every half minute that it is still at it.
in_background() {
    local limit=$1 what=$2 seconds
    shift 2
    set -m
    "$@" < /dev/null &
    set +m
    background=$!
    for ((seconds = 0; seconds < limit; seconds++)); do
        kill -0 "$background" 2> /dev/null || break
        [ $((seconds % 30)) != 29 ] || say "  still $what ($(((seconds + 1) / 60)) min $(((seconds + 1) % 60)) s)"
        sleep 1
    done
    [ "$seconds" -lt "$limit" ] || { stop_background; fail "$what took more than $limit s"; }
    wait "$background" || fail "$what failed; see $cache/build/make.log"
    background=
}

stop_background() {
    [ -n "${background:-}" ] || return 0
    disown "$background" 2> /dev/null || true
    kill -KILL -- "-$background" 2> /dev/null || true
}

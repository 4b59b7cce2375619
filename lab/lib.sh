# What the lab's scripts share: where things are, what was started, and how all of it is taken away again.
# shellcheck shell=bash
set -euo pipefail

lab=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
state=$(realpath -m "${ENDOSCOPE_LAB_DIR:-/var/lib/endoscope-lab}")
cache=$(realpath -m "${ENDOSCOPE_CACHE:-$HOME/.cache/endoscope}")
kubeconfig=$state/kubeconfig
bin=$state/bin
logs=$state/logs
nodes=(1 2)
# In a node's own /run.
socket=/run/containerd/containerd.sock
servers=(kube-apiserver kube-controller-manager kube-scheduler kubelet)

# Progress goes to stderr, so that stdout holds nothing but the export line. It has a number of its own: a trap may run where
# stderr is redirected.
exec 3>&2
say() { printf '%s\n' "lab: $*" >&3; }
fail() { say "error: $*"; exit 1; }

need_root() {
    [ "$(id -u)" = 0 ] || fail "run this as root: $1"
}

# Several labs can be up at once. A lab's number makes its link names, cgroups and addresses its own.
use_number() {
    number=$1
    bridge=scopelab$number
    net=10.89.$number
    api=https://$net.1:6443
    cgroup=endoscope-lab-$number
}

pod_net() { printf '10.246.%d.0/24\n' $((number * 16 + $1)); }
node_dir() { printf '%s/node%d\n' "$state" "$1"; }

kubectl() {
    PATH=$bin:$PATH command kubectl --kubeconfig "$kubeconfig" --request-timeout=5s "$@"
}

# One script at a time changes a lab. The directory is its own lock, since a lock file beside it would be left behind.
lock_state() {
    for _ in 1 2 3 4 5; do
        mkdir -p "$state"
        exec 9< "$state"
        flock -w 900 9 || fail "another lab script has held $state for 15 minutes"
        [ "$state" -ef /proc/self/fd/9 ] && return
    done
    fail "$state keeps being replaced"
}

# A zombie counts as gone: not every first process of a machine collects orphans.
start_time() { awk '{ sub(/.*\) /, ""); if ($1 != "Z") print $20 }' "/proc/$1/stat" 2> /dev/null; }

# A process id alone may by now be somebody else's; the start time settles it.
alive() {
    local pid start
    read -r pid start < "$state/processes/$1" 2> /dev/null && [ "$(start_time "$pid")" = "$start" ]
}

pid_of() { cut -d' ' -f1 "$state/processes/$1"; }

# The process records itself before it becomes the program: nothing can be started and forgotten.
start() {
    local name=$1
    shift
    (
        exec 9<&- 3>&-
        pid=$BASHPID
        printf '%d %s\n' "$pid" "$(start_time "$pid")" > "$state/processes/$name"
        PATH=$bin:$PATH exec setsid "$@" >> "$logs/$name.log" 2>&1 < /dev/null
    ) &
    # Else the shell reports the death of what stop_lab kills.
    disown
    for ((tick = 0; tick < 100; tick++)); do
        [ ! -s "$state/processes/$name" ] || return 0
        sleep 0.05
    done
    fail "$name could not be started"
}

# Processes end while the list is read; grep goes on where others would stop.
children() { grep -lsx "PPid:[[:space:]]*$1" /proc/[0-9]*/status | cut -d/ -f3 || true; }

# The first process of a node, seen from outside.
node_pid() { children "$(pid_of "node$1")"; }

# Runs a command with a node's files, links and processes.
in_node() {
    local pid
    pid=$(node_pid "$1")
    shift
    nsenter -t "$pid" -r -m -p -n -u -i -- "$@"
}

# wait_for SECONDS WHAT LOG COMMAND...: until the command succeeds, or the process behind the log is gone, or time is up.
wait_for() {
    local limit=$1 what=$2 log=$3 process
    shift 3
    process=$(basename "$log" .log)
    for ((tick = 0; tick < limit * 4; tick++)); do
        "$@" > /dev/null 2>&1 && return
        alive "$process" || fail "$process ended while waiting for $what; its last words (all in $log):"$'\n'"$(tail -n 5 "$log")"
        sleep 0.25
    done
    fail "gave up after $limit s waiting for $what; see $log"
}

# Ends everything that runs and takes away links and control groups. A node's mounts and processes live in its namespaces
# and go with its first process. Files stay: after a failure the logs are what is needed.
stop_lab() {
    local record name pid
    for record in "$state"/processes/*; do
        [ -e "$record" ] || continue
        name=$(basename "$record")
        alive "$name" && kill -KILL "$(pid_of "$name")" 2> /dev/null || true
    done
    for record in "$state"/processes/*; do
        [ -e "$record" ] || continue
        name=$(basename "$record")
        for ((tick = 0; tick < 100; tick++)); do
            alive "$name" || break
            sleep 0.1
        done
        ! alive "$name" || fail "$name (process $(pid_of "$name")) does not end"
        rm -f "$record"
    done
    rm -f "$state/ready"
    [ -e "$state/number" ] || return 0
    use_number "$(cat "$state/number")"
    remove_links
    remove_cgroups
    remove_firewall_chain
}

# The mark is what permits deletion: a mistyped ENDOSCOPE_LAB_DIR must not cost anybody their files.
is_lab() { [ -e "$state/.endoscope-lab" ]; }
is_empty() { [ -z "$(ls -A "$state")" ]; }

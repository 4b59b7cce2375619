# Captures beside kubectl exec … tcpdump -w -. Sourced by bench/run.
# shellcheck shell=bash disable=SC2154 # what bench/run sets

seconds=10
port=5201
packet=1400

# A pod that takes what web sends.
enter_traffic() {
    enter_cluster
    need capinfos wireshark-common
    publish_bench
    "$kubectl" apply -n "$ns" -f - > /dev/null <<< "{apiVersion: v1, kind: Pod, metadata: {name: sink}, spec: {terminationGracePeriodSeconds: 1,
        containers: [{name: app, image: '$image', imagePullPolicy: IfNotPresent, command: [iperf3, -s, -p, '$port']}]}}"
    "$kubectl" wait -n "$ns" --for=condition=Ready --timeout 120s pod/sink > /dev/null
    sink=$("$kubectl" get pod -n "$ns" sink -o jsonpath='{.status.podIP}')
    "$scope" -n "$ns" -p web launch > /dev/null 2>&1
}

publish_bench() {
    bench=$root/artifacts/publish/Endoscope.Bench/release_$rid/Endoscope.Bench
    dotnet publish "$root/bench/Endoscope.Bench" -c Release -r "$rid" -v quiet >&2
}

# send RATE: sends so many packets a second for a while, and prints how many it sent.
send() {
    "$kubectl" exec -n "$ns" web -- iperf3 -u -c "$sink" -p "$port" -l "$packet" -b "$(($1 * packet * 8))" -t "$seconds" --json | jq .end.sum.packets
}

# capture_ours FILE [OPTION...] and capture_peer FILE [OPTION...]: capture until interrupted, or for the time that $seconds takes and some more.
filter="udp port $port and src host"
capture_ours() { "$scope" "${@:2}" -n "$ns" -p web capture -f "$filter $sender" --duration "$((seconds + 6))s" -w "$1" 2> "$work/ours.log"; }
capture_peer() { "$kubectl" "${@:2}" exec -n "$ns" web -- timeout -s INT "$((seconds + 6))" tcpdump -i eth0 -w - "$filter $sender" > "$1" 2> "$work/peer.log"; }

# captured SIDE RATE [OPTION...]: captures while packets are sent; sets sent, got (packets) and cpu (seconds of the process beside the target).
captured() {
    local side=$1 rate=$2 pattern=" session capture" job
    [ "$side" = ours ] || pattern="^tcpdump -i eth0 -w -"
    sender=$("$kubectl" get pod -n "$ns" web -o jsonpath='{.status.podIP}')
    "capture_$side" "$work/$side.capture" "${@:3}" &
    job=$!
    sleep 2
    sent=$(send "$rate")
    sleep 1
    cpu=$(cpu_of "$pattern")
    wait "$job" || true
    got=$(capinfos -c -M -T -r "$work/$side.capture" 2> /dev/null | awk -F'\t' '{ print $2 }')
    rm -f "$work/$side.capture"
}

# cpu_of PATTERN: seconds of CPU that the processes of such a command line have used; they are to be seen where the nodes are on this machine.
cpu_of() {
    local pid
    for pid in $(grep -lasz -- "${1##* }" /proc/[0-9]*/cmdline | cut -d/ -f3 || true); do
        ! tr '\0' ' ' < "/proc/$pid/cmdline" | grep -q -- "$1" || awk '{ print $14 + $15 }' "/proc/$pid/stat" || true
    done 2> /dev/null | awk -v hz="$(getconf CLK_TCK)" '{ sum += $1 } END { print sum / hz }'
}

# Raises the rate until the peer loses packets, and looks how we do there; then counts bytes and CPU at half of it.
bench_capture() {
    enter_traffic
    local rate peer_lost=0
    for rate in 10000 20000 40000; do
        captured peer "$rate"
        peer_lost=$((sent - got))
        [ "$peer_lost" -le 0 ] || break
    done
    local peer_share peer_rate=$((sent / seconds))
    peer_share=$(awk -v lost="$peer_lost" -v sent="$sent" 'BEGIN { print 100 * lost / sent }')
    captured ours "$rate"
    printf '%-16s %9.2f %%    %9.2f %%    at %d packets/s asked for (%d and %d sent)   reach 0\n' "capture: lost" \
        "$(awk -v lost="$((sent > got ? sent - got : 0))" -v sent="$sent" 'BEGIN { print 100 * lost / sent }')" "$peer_share" "$rate" $((sent / seconds)) "$peer_rate"

    local server host bytes_ours bytes_peer cpu_ours
    server=$("$kubectl" config view --minify -o jsonpath='{.clusters[0].cluster.server}')
    host=$(sed -E 's|^https://([^:/]+).*|\1|' <<< "$server")
    rate=5000
    relayed ours "$host" "$(sed -E 's|.*:([0-9]+).*|\1|' <<< "$server")"
    bytes_ours=$bytes cpu_ours=$cpu
    relayed peer "$host" "$(sed -E 's|.*:([0-9]+).*|\1|' <<< "$server")"
    bytes_peer=$bytes
    line "capture: wire" "$bytes_ours" "$bytes_peer" B/p "<= 0.4"
    line "capture: CPU" "$(awk -v cpu="$cpu_ours" 'BEGIN { print cpu * 1000 }')" "$(awk -v cpu="$cpu" 'BEGIN { print cpu * 1000 }')" ms "-"
}

# relayed SIDE HOST PORT: captures through a relay; sets bytes (that the server sent for each packet) and cpu.
relayed() {
    coproc RELAY { "$bench" relay "$2" "$3"; }
    local relay_port pid=$RELAY_PID to=${RELAY[1]} from=${RELAY[0]}
    read -r relay_port <&"$from"
    captured "$1" "$rate" --server "https://127.0.0.1:$relay_port" --tls-server-name "$2"
    eval "exec $to>&-"
    read -r bytes <&"$from"
    wait "$pid" || true
    bytes=$(awk -v bytes="$bytes" -v got="$got" 'BEGIN { print got ? bytes / got : 0 }')
}

# The most memory that a client holds while nobody reads what it captures. The reader opens the pipe first, and goes at the end.
bench_paused() {
    enter_traffic
    local side reader job child ours peer
    sender=$("$kubectl" get pod -n "$ns" web -o jsonpath='{.status.podIP}')
    for side in ours peer; do
        mkfifo "$work/$side.fifo"
        sleep $((seconds + 30)) < "$work/$side.fifo" &
        reader=$!
        "capture_$side" "$work/$side.fifo" &
        job=$!
        sleep 2
        send 20000 > /dev/null
        child=$(pgrep -P "$job" | head -n 1)
        printf -v "$side" '%s' "$(awk '/VmHWM/ { print $2 / 1000 }' "/proc/${child:-$job}/status")"
        kill "$reader"
        wait "$reader" "$job" 2> /dev/null || true
    done
    line "paused reader" "$ours" "$peer" MB "-"
}

# Eight captures of a million packets each, as files.
bench_merge() {
    need mergecap wireshark-common
    publish_bench
    mkdir "$work/captures"
    "$bench" make-captures "$work/captures" 8 1000000
    compare "merge" "<= 1.0" 3 1 "" "'$bench' merge '$work/captures'" "mergecap -w '$work/captures/peer' '$work/captures/'*[0-9].pcapng"
    rm -r "$work/captures"
}

# What a lab adds to the machine outside its own directory, and how each is removed: links, a firewall chain, control groups.
# shellcheck shell=bash

# Creating the bridge is what claims the number.
make_bridge() {
    for candidate in 0 1 2 3 4 5 6 7 8 9; do
        use_number "$candidate"
        [ -z "$(ip route show to match "$net.0/24" | grep -v '^default'; ip route show to root "$net.0/24")" ] || continue
        if ip link add "$bridge" type bridge 2>> "$logs/network.log"; then
            echo "$number" > "$state/number"
            ip address add "$net.1/24" dev "$bridge"
            ip link set "$bridge" up
            open_firewall
            return
        fi
    done
    fail "no bridge for the lab could be made: $(tail -n 1 "$logs/network.log" 2> /dev/null)"
}

# A firewall that lets everything through is left alone; in any other the lab has a chain of its own.
open_firewall() {
    local chain=SCOPE-LAB-$number rules
    command -v iptables > /dev/null || return 0
    rules=$({ iptables -S INPUT; iptables -S FORWARD; } 2> /dev/null | grep -v -- '-P [A-Z]* ACCEPT') || return 0
    [ -n "$rules" ] || return 0
    iptables -N "$chain"
    iptables -A "$chain" -i "$bridge" -o "$bridge" -j ACCEPT
    iptables -A "$chain" -i "$bridge" -d "$net.1" -p tcp --dport 6443 -j ACCEPT
    iptables -I INPUT -j "$chain"
    iptables -I FORWARD -j "$chain"
}

# The kubelet wants its root in every hierarchy, and the ones above it filled in.
make_cgroups() {
    local hierarchy dir file
    if [ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ]; then
        make_unified_cgroups
        return
    fi
    for hierarchy in /sys/fs/cgroup/*/; do
        for dir in "$cgroup" "${nodes[@]/#/$cgroup/node}"; do
            mkdir -p "$hierarchy$dir"
            for file in cpuset.cpus cpuset.mems; do
                [ ! -e "$hierarchy$file" ] || cat "$hierarchy$file" > "$hierarchy$dir/$file"
            done
        done
    done
}

# In version 2 a controller works in a group only where all groups above hand it down. What the machine's first group
# did not hand down before is noted, to be taken back.
make_unified_cgroups() {
    local root=/sys/fs/cgroup dir controller
    mkdir -p "${nodes[@]/#/$root/$cgroup/node}"
    for dir in "$root" "$root/$cgroup"; do
        for controller in $(cat "$dir/cgroup.controllers"); do
            grep -w "$controller" "$dir/cgroup.subtree_control" > /dev/null && continue
            echo "+$controller" 2> /dev/null > "$dir/cgroup.subtree_control" || continue
            [ "$dir" != "$root" ] || echo "$controller" >> "$state/controllers"
        done
    done
}

take_back_controllers() {
    local controller
    [ -e "$state/controllers" ] || return 0
    while read -r controller; do
        # Refused while another lab uses it, which is as it should be.
        echo "-$controller" 2> /dev/null > /sys/fs/cgroup/cgroup.subtree_control || true
    done < "$state/controllers"
}

cgroup_dirs() { find /sys/fs/cgroup -maxdepth 2 -type d -name "$cgroup" 2> /dev/null || true; }

remove_cgroups() {
    local dirs dir
    for ((tick = 0; tick < 50; tick++)); do
        dirs=$(cgroup_dirs)
        [ -n "$dirs" ] || { take_back_controllers && return; }
        # A frozen process does not die before it is thawed.
        while read -r dir; do
            find "$dir" -name freezer.state -exec sh -c 'echo THAWED > "$1"' - {} \; 2> /dev/null || true
            find "$dir" -depth -type d -exec rmdir {} \; 2> /dev/null || true
        done <<< "$dirs"
        sleep 0.1
    done
    fail "these control groups still hold processes: $(cgroup_dirs | tr '\n' ' ')"
}

remove_links() {
    local link
    for link in "${nodes[@]/#/${bridge}n}" "$bridge"; do
        [ ! -e "/sys/class/net/$link" ] || ip link delete "$link" 2> /dev/null || true
    done
    [ ! -e "/sys/class/net/$bridge" ] || fail "the link $bridge could not be removed"
}

remove_firewall_chain() {
    local chain=SCOPE-LAB-$number
    command -v iptables > /dev/null && iptables -n -L "$chain" > /dev/null 2>&1 || return 0
    iptables -D INPUT -j "$chain" 2> /dev/null || true
    iptables -D FORWARD -j "$chain" 2> /dev/null || true
    iptables -F "$chain"
    iptables -X "$chain"
}

# shellcheck shell=bash disable=SC2016,SC2154
# The checks of image/test, which sources this: a function a group.

# The archive: every blob is what its name says, and both tables of contents name the same image.
check_archive() {
  check "every blob has the digest that it is named by" nothing wrong_digests
  local layer
  for layer in "${layers[@]}"; do
    tar -x -p -C "$root" -f "$work/image/$layer"
    tar -tv --numeric-owner -f "$work/image/$layer" >> "$work/listing"
    check "the configuration has the digest of layer ${layer: -8} unpacked" \
      grep -q "$(gzip -dc "$work/image/$layer" | sha256sum | cut -d ' ' -f 1)" "$config"
  done
  local version
  version=$(sed -n 's|.*<VersionPrefix>\(.*\)</VersionPrefix>.*|\1|p' "$image_dir/../Directory.Build.props")
  check "Docker's name is agilicus/endoscope:$version" \
    json "$work/image/manifest.json" ".[0].RepoTags == [\"agilicus/endoscope:$version\"]"
  check "containerd's name is docker.io/agilicus/endoscope:$version" \
    json "$work/image/index.json" ".manifests[0].annotations[\"io.containerd.image.name\"] == \"docker.io/agilicus/endoscope:$version\""
  check "both tables name one configuration" \
    json "$blobs/$(grep -o 'sha256:[0-9a-f]*' "$work/image/index.json" | cut -d : -f 2)" ".config.digest == \"sha256:${config##*/}\""
  check "it starts as the waiting agent" json "$config" '.config.Entrypoint == ["/usr/bin/endoscope-agent"] and .config.Cmd == ["wait"]'
  check "image/Containerfile has the same environment" contains_all "$image_dir/Containerfile" "${environment[@]}"
  check "it keeps its home in /tmp" json "$config" '.config.Env | index("HOME=/tmp")'
}

wrong_digests() {
  local blob
  for blob in "$blobs"/*; do
    [[ $(sha256sum < "$blob") == "${blob##*/}  -" ]] || echo "$blob"
  done
}

contains_all() {
  local file=$1 text
  shift
  for text; do grep -qF -- "$text" "$file" || { echo "$file has no $text"; return 1; }; done
}

# json FILE FILTER: succeeds when the image's own jq says so.
json() { pod '' jq -e "$2" < "$1"; }

# The tree: nothing in it that gives rights, and nothing that a build left behind.
check_tree() {
  check "all of it is owned by root" nothing awk '$2 != "0/0"' "$work/listing"
  check "nothing is setuid or setgid" nothing awk '$1 ~ /[sS]/' "$work/listing"
  check "no device, socket or pipe" nothing awk '$1 !~ /^[-dlh]/' "$work/listing"
  check "only the temporary directories are open to all" \
    nothing awk '$1 !~ /^l/ && substr($1, 9, 1) == "w" && $6 !~ /^\.\/(var\/)?tmp\/$/' "$work/listing"
  check "no file gets capabilities when run" nothing pod "$debug" getcap -r /usr
  check "no link leads nowhere" nothing pod '' find /usr /etc /bin /sbin /lib -xtype l ! -path /etc/mtab
  check "no log, cache, host name or machine's identity" nothing find "$root" -regextype posix-extended \
    -regex "$root/(var/(log|cache|lib/apt)/.+|etc/(machine-id|hostname|resolv.conf|hosts)|root/.+)"
  check "no manual, no translation" nothing find "$root" -regextype posix-extended -regex "$root/usr/share/(man|locale|info)/.+"
}

# What programs need of each other, since their packages' own wishes were not all granted.
check_content() {
  check "every program finds its libraries" nothing pod "$debug" bash -c '
    LC_ALL=C
    find /usr -xdev -type f | while read -r file; do
      read -r -N 4 magic < "$file"
      [[ $magic == $'"'"'\x7fELF'"'"' ]] || continue
      said=$(/lib*/ld-linux*.so.? --list "$file" 2>&1)
      [[ $said =~ "not found"|"cannot open"|"error while" ]] && echo "$file: $said"
    done 2> /dev/null || true'
  check "every script finds its interpreter" nothing pod "$debug" bash -c '
    for file in /usr/bin/* /usr/sbin/*; do
      read -r -N 2 magic < "$file" 2> /dev/null
      [[ $magic == "#!" ]] || continue
      read -r line < "$file"
      read -r interpreter _ <<< "${line#"#!"}"
      [[ -x $interpreter ]] || echo "$file: $interpreter"
    done'
  check "scanners find the packages" pod '' bash -c '(($(grep -c "^Status: install ok installed" /var/lib/dpkg/status) > 100))'
  check "every package has its licence" nothing pod '' bash -c '
    sed -n "s/^Package: //p" /var/lib/dpkg/status | while read -r package; do
      [[ -s /usr/share/doc/$package/copyright ]] || echo "$package"
    done'
  check "there are roots to verify TLS servers by" pod '' bash -c '(($(grep -c BEGIN.CERT /etc/ssl/certs/ca-certificates.crt) > 100))'
  local terminal
  for terminal in xterm-256color tmux-256color screen linux; do
    check "the terminal $terminal is described" pod '' bash -c "[[ -s /lib/terminfo/${terminal:0:1}/$terminal ]]"
  done
}

# The tools, by the image's own list.
check_tools() {
  local list=$root/usr/share/endoscope/tools name command regex
  for name in "${required[@]}"; do
    grep -q "^$name " "$list" || check "$name is in the list of tools" false
  done
  while IFS= read -r line; do
    command=${line%% => *}
    regex=${line#* => }
    if [[ -n $emulated && $line =~ ^conntrack|^nft|nf_tables ]]; then
      echo "skipped $command: the emulator has no netfilter"
      continue
    fi
    check "$command" prints "$regex" pod "$debug" bash -c "$command"
  done < <(grep -vE '^(#|$)' "$list")
}

# Real work, with no more rights than the debug pod's.
check_work() {
  check "the agent waits, without any right" prints '^ended with 124$' pod '' bash -c 'timeout 2 endoscope-agent wait; echo "ended with $?"'
  check "the root cannot be written" prints 'Read-only file system' pod "$debug" touch /usr/x
  check "ping" prints '1 received' pod "$debug" ping -c 1 127.0.0.1
  check "fping" prints '^127.0.0.1 is alive' pod "$debug" fping 127.0.0.1
  check "hping3" prints '^1 packets transmitted, 1 packets received' pod "$debug" hping3 -q -c 1 -S -p 9 127.0.0.1
  check "mtr" prints '127.0.0.1 +0.0%' pod "$debug" mtr -n -r -c 1 127.0.0.1
  check "dig" prints 'connection refused' pod "$debug" dig +tries=1 @127.0.0.1 name.invalid
  check "curl from ncat" prints '^looked inside$' pod "$debug" bash -c '
    printf "HTTP/1.0 200 OK\r\n\r\nlooked inside\n" | ncat -l 127.0.0.1 8080 > /dev/null &
    curl -sS --retry 20 --retry-connrefused --retry-delay 1 http://127.0.0.1:8080/'
  check "ss and lsof" prints '^p[0-9]+$' pod "$debug" bash -c '
    socat TCP-LISTEN:8080,bind=127.0.0.1 - < /dev/null & pid=$!
    for try in {1..50}; do ss -Hltn | grep -q 127.0.0.1:8080 && break; sleep 0.1; done
    lsof -a -p $pid -iTCP:8080 -F p; kill $pid'
  check "strace" prints '^\+\+\+ killed by SIGTERM \+\+\+$' pod "$debug" bash -c '
    sleep 30 & pid=$!
    strace -p $pid 2>&1 & strace=$!
    for try in {1..50}; do grep -q "^TracerPid:.[1-9]" /proc/$pid/status && break; sleep 0.1; done
    kill $pid; wait $strace'
  check "gdb in another root" prints '(in|at) .*nanosleep' pod "$debug" bash -c '
    sleep 30 & gdb --batch -p $! -ex "set sysroot /proc/$!/root" -ex "backtrace 1" -ex detach; kill $!'
  check "gdb prints C++ containers" prints 'libstdc\+\+-v6' pod "$debug" gdb --batch -ex 'info pretty-printer'
  # Some kernels no longer have the legacy tables; the lock is taken before they are looked for.
  check "iptables-legacy takes its lock" prints "A OUTPUT.*-j ACCEPT|Table does not exist|can't initialize" \
    pod "$debug,+net_admin" bash -c 'iptables-legacy -A OUTPUT -j ACCEPT; iptables-legacy -S; ls /tmp/xtables.lock'
  check "iptables" prints 'A OUTPUT.*-j ACCEPT' pod "$debug,+net_admin" bash -c 'iptables -A OUTPUT -j ACCEPT; iptables -S'
  check "nsenter" prints '^42$' pod "$debug" nsenter -t 1 -n -- bash -c 'echo 42'
  check "debugfs" prints 'Inode: 2 +Type: directory' pod "$debug" bash -c '
    truncate -s 1M /tmp/disk && mke2fs -q /tmp/disk && debugfs -R "stat <2>" /tmp/disk'
  # A user who made this namespace has but one user in it to change to.
  ((EUID != 0)) || check "tcpdump, where SETUID and SETGID are granted" prints ' packet captured' pod "$debug,+setuid,+setgid" bash -c '
    ping -q -c 3 127.0.0.1 > /dev/null & tcpdump -n -c 1 -i lo icmp'
  check "tcpdump knows its interfaces without them" prints 'lo \[Up' pod "$debug" tcpdump -D
  check "the prompt says where one is" prints '\[1;36m.*scope:shop/web-0.*\[0m.*:/# $' \
    pod "$debug" env SCOPE_PROMPT=scope:shop/web-0 bash -ic 'echo "${PS1@P}"'
  check "the prompt has no colour for NO_COLOR" prints '^scope:shop/web-0:/# $' \
    pod "$debug" env SCOPE_PROMPT=scope:shop/web-0 NO_COLOR=1 bash -ic 'echo "${PS1@P}"'
  check "the shell runs nothing out of the prompt" prints '^x\$\(id\):/# $' \
    pod "$debug" env SCOPE_PROMPT='x$(id)' NO_COLOR=1 bash -ic 'echo "${PS1@P}"'
  check "the shell keeps no history" prints '^none$' pod "$debug" bash -ic 'echo "${HISTFILE-none}"'
  check "an unknown terminal is taken for xterm" prints '^xterm-256color$' pod "$debug" env TERM=unheard-of bash -ic 'echo $TERM'
}

check_size() {
  local bytes
  bytes=$(cd "$work/image" && stat -c %s "${layers[@]}" | awk '{ sum += $1 } END { print sum }')
  check "the layers take $bytes bytes, at most $limit" [ "$bytes" -le "$limit" ]
}

# From an empty cache, in other surroundings, only the downloads being kept.
# Packages that have once been unpacked and packed again to the same layer, on this machine, are not a second time.
check_again() {
  local mask known
  known=$(cat "$cache/reproduced" 2> /dev/null || true)
  mkdir -p "$work/cache"
  ln -s "$cache/debs" "$work/cache/debs"
  [[ $known != "${layers[0]}" ]] || ln -s "$cache/layers" "$work/cache/layers"
  mask=$(umask)
  umask 077
  check "building it again" env ENDOSCOPE_CACHE="$work/cache" TZ=Pacific/Auckland LC_ALL=C.UTF-8 \
    "$image_dir/build" --arch "$arch" --agent "$root/usr/bin/endoscope-agent" --output "$work/again.tar"
  umask "$mask"
  check "gives the same file, byte for byte" cmp "$file" "$work/again.tar"
  ! cmp -s "$file" "$work/again.tar" || echo "${layers[0]}" > "$cache/reproduced"
}

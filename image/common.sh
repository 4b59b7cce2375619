# shellcheck shell=bash
# What image/lock, image/rootfs and image/build share. Sourced, never run.

# What is made here has the same modes whoever makes it.
umask 022

image_dir=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
cache=${ENDOSCOPE_CACHE:-${HOME:-/root}/.cache/endoscope}
snapshot=${ENDOSCOPE_SNAPSHOT_MIRROR:-}

say() { printf '%s\n' "$*" >&2; }
die() { say "image: $*"; exit 2; }

# mirror_of ARCHIVE: the address of debian or debian-security, without its last part: as named, else as this machine's apt knows it.
mirror_of() {
  local address=${ENDOSCOPE_DEBIAN_MIRROR:-}
  if [[ -z $address ]]; then
    # Not `apt-get indextargets`, which knows nothing before the first `apt-get update`.
    address=$(apt-get --print-uris update | sed -nE "s|^'([^']*)/$1/dists/.*|\1|p" | sort -u | head -n 1)
  fi
  [[ -n $address ]] || die "no package source of this machine has the archive $1: ENDOSCOPE_DEBIAN_MIRROR names a Debian mirror (the address above debian/)"
  echo "$address"
}

# Prints the leading comment of the calling script: its help text.
usage() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"; }

# The names that the image is made of (wanted), or that its packages ask for but never use (unwanted).
wanted() { sed -E 's/[[:space:]]*#.*//; /^$/d; /^-/d' "$image_dir/packages"; }
unwanted() { sed -nE 's/[[:space:]]*#.*//; s/^-//p' "$image_dir/packages"; }

# The machine's architecture in Debian's words.
native_arch() {
  case $(uname -m) in
    x86_64) echo amd64 ;;
    aarch64) echo arm64 ;;
    *) die "no image for $(uname -m): amd64 and arm64 only" ;;
  esac
}

# apt_config DIR ARCH: an apt configuration that works in DIR alone, as any user. Of the machine's own settings only
# those for downloading (proxies, retries) count: its hooks and sources must not run or weigh in.
apt_config() {
  local dir=$1 arch=$2
  mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
  : > "$dir/status"
  {
    apt-config dump Acquire | grep -v '^Acquire::IndexTargets' || true
    cat <<CONF
Acquire::Retries "2";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
Acquire::ForceHash "SHA256";
Acquire::Languages "none";
APT::Architecture "$arch";
APT::Architectures { "$arch"; };
APT::Install-Recommends "false";
APT::Sandbox::User "";
Dir::State "$dir";
Dir::State::lists "$dir/lists";
Dir::State::status "$dir/status";
Dir::Cache "$dir/cache";
Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::Etc::sourcelist "$dir/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
CONF
  } > "$dir/apt.conf"
}

# locked_packages FILE ARCH: a line a package of the lock file, "NAME=VERSION SHA256 PATH".
locked_packages() { sed -n "s/^$2 //p" "$1"; }

# lock_date FILE: the date of the archive that the lock file was made from.
lock_date() {
  local date
  date=$(sed -n 's/^# archive //p' "$1")
  [[ -n $date ]] || die "$1 does not say the date of its archive; make it again with image/lock"
  echo "$date"
}

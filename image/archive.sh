# shellcheck shell=bash disable=SC2154
# How image/build, which sources this, writes layers and the archive of an image.

layer_type=application/vnd.oci.image.layer.v1.tar+gzip
manifest_type=application/vnd.oci.image.manifest.v1+json

# pack DIRECTORY FILE MEMBER…: what is named below DIRECTORY as a layer, FILE; FILE.diffid is the digest of it unpacked.
pack() {
  local directory=$1 file=$2 epoch
  shift 2
  epoch=$(date -u -d "$created" +%s)
  tar -C "$directory" -cf - --sort=name --format=gnu --owner=0 --group=0 --numeric-owner --mtime="@$epoch" "$@" |
    gzip -9n > "$file"
  gzip -dc "$file" | digest > "$file.diffid"
}

digest() { sha256sum | cut -d ' ' -f 1; }

# blob FILE: moves FILE into the image's store of blobs; sets blob_digest and blob_size.
blob() {
  blob_digest=$(digest < "$1")
  blob_size=$(stat -c %s "$1")
  mv "$1" "$image/blobs/sha256/$blob_digest"
}

write_config() {
  cat > "$work/config.json" << JSON
{
  "architecture": "$arch",
  "os": "linux",
  "created": "$created",
  "config": {
    "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "HOME=/tmp", "LANG=C.UTF-8", "LESSHISTFILE=-", "XTABLES_LOCKFILE=/tmp/xtables.lock"],
    "Entrypoint": ["/usr/bin/endoscope-agent"],
    "Cmd": ["wait"],
    "Labels": {
      "org.opencontainers.image.title": "endoscope",
      "org.opencontainers.image.description": "Diagnostic tools to look inside a running Kubernetes pod",
      "org.opencontainers.image.version": "$version"
    }
  },
  "rootfs": {
    "type": "layers",
    "diff_ids": ["sha256:$(< "$work/packages.tar.gz.diffid")", "sha256:$(< "$work/agent.tar.gz.diffid")"]
  },
  "history": [
    {"created": "$created", "created_by": "image/rootfs"},
    {"created": "$created", "created_by": "endoscope-agent $version"}
  ]
}
JSON
}

write_manifest() {
  cat > "$work/manifest" << JSON
{
  "schemaVersion": 2,
  "mediaType": "$manifest_type",
  "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "sha256:$config_digest", "size": $config_size},
  "layers": [
    {"mediaType": "$layer_type", "digest": "sha256:$packages_digest", "size": $packages_size},
    {"mediaType": "$layer_type", "digest": "sha256:$agent_digest", "size": $agent_size}
  ]
}
JSON
  blob "$work/manifest"; manifest_digest=$blob_digest manifest_size=$blob_size
}

# Both tables of contents: index.json is OCI's, which containerd reads; manifest.json is Docker's. The one annotation
# is how containerd names the image, the other how OCI's tools do.
write_tables() {
  echo '{"imageLayoutVersion": "1.0.0"}' > "$image/oci-layout"
  cat > "$image/index.json" << JSON
{
  "schemaVersion": 2,
  "mediaType": "application/vnd.oci.image.index.v1+json",
  "manifests": [
    {
      "mediaType": "$manifest_type", "digest": "sha256:$manifest_digest", "size": $manifest_size,
      "platform": {"architecture": "$arch", "os": "linux"},
      "annotations": {"io.containerd.image.name": "$name", "org.opencontainers.image.ref.name": "$version"}
    }
  ]
}
JSON
  cat > "$image/manifest.json" << JSON
[{
  "Config": "blobs/sha256/$config_digest",
  "RepoTags": ["${name#docker.io/}"],
  "Layers": ["blobs/sha256/$packages_digest", "blobs/sha256/$agent_digest"]
}]
JSON
}

# write_archive: $output, an image of the layers packages.tar.gz and agent.tar.gz in $work; sets the digests and sizes.
write_archive() {
  image=$work/image
  mkdir -p "$image/blobs/sha256"
  write_config
  blob "$work/config.json"; config_digest=$blob_digest config_size=$blob_size
  blob "$work/packages.tar.gz"; packages_digest=$blob_digest packages_size=$blob_size
  blob "$work/agent.tar.gz"; agent_digest=$blob_digest agent_size=$blob_size
  write_manifest
  write_tables
  mkdir -p "$(dirname "$output")"
  tar -C "$image" -cf "$output.part" --sort=name --format=gnu --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
    --mtime="$created" blobs index.json manifest.json oci-layout
  mv "$output.part" "$output"
}

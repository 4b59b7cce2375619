# The configuration files of a node, for the versions of the kubelet and containerd at hand.
# shellcheck shell=bash

write_kubelet_config() {
    local node=$1 dir
    dir=$(node_dir "$node")
    cat << EOF
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $net.1$node
authentication:
  anonymous: {enabled: false}
  webhook: {enabled: true}
  x509: {clientCAFile: $state/pki/ca.crt}
authorization: {mode: Webhook}
tlsCertFile: $state/pki/node$node.crt
tlsPrivateKeyFile: $state/pki/node$node.key
cgroupDriver: cgroupfs
cgroupRoot: /$cgroup/node$node
failSwapOn: false
enforceNodeAllocatable: []
# The disk is the machine's, and no registry could give an image back: nothing is evicted or collected for want of room.
evictionHard: {memory.available: 10Mi, nodefs.available: 0%, nodefs.inodesFree: 0%, imagefs.available: 0%}
imageGCHighThresholdPercent: 100
oomScoreAdj: 0
# No name service runs here. Lookups in pods are refused at once rather than after a time-out.
clusterDNS: [127.0.0.1]
clusterDomain: cluster.local
resolvConf: $dir/resolv.conf
volumePluginDir: $dir/kubelet/volume-plugins
makeIPTablesUtilChains: false
# A pod may be told not to answer pings: an unreachable one to look for.
allowedUnsafeSysctls: ["net.ipv4.icmp_*"]
nodeStatusUpdateFrequency: 2s
kubeAPIQPS: 50
kubeAPIBurst: 100
EOF
    [ "$minor" -lt 27 ] || echo 'containerRuntimeEndpoint: unix://'"$socket"
    [ "$minor" -lt 31 ] || echo 'failCgroupV1: false'
}

# Where the state lies on an overlay, as in a container, the kernel refuses to stack another on it.
snapshotter() { [ "$(stat -f -c %T "$state")" = overlayfs ] && echo native || echo overlayfs; }

# AppArmor profiles and the optional plugins' directories would outlive the lab; a negative oom score needs a capability that virtual
# machines may lack.
write_containerd_config() {
    local dir version
    dir=$(node_dir "$1")
    version=$("$bin/containerd" --version | awk '{ sub(/^v/, "", $3); split($3, part, "."); print part[1] }')
    if [ "$version" -ge 2 ]; then
        cat << EOF
version = 3
[plugins.'io.containerd.internal.v1.opt']
path = '$dir/opt'
[plugins.'io.containerd.nri.v1.nri']
disable = true
[plugins.'io.containerd.cri.v1.images']
snapshotter = '$(snapshotter)'
[plugins.'io.containerd.cri.v1.images'.pinned_images]
sandbox = 'docker.io/endoscope-lab/pause:1'
[plugins.'io.containerd.cri.v1.runtime']
restrict_oom_score_adj = true
disable_apparmor = true
[plugins.'io.containerd.cri.v1.runtime'.cni]
bin_dir = '$daemons/usr/lib/cni'
conf_dir = '$dir/cni'
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
runtime_type = 'io.containerd.runc.v2'
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
BinaryName = '$bin/runc'
SystemdCgroup = false
EOF
    else
        cat << EOF
version = 2
[plugins.'io.containerd.internal.v1.opt']
path = '$dir/opt'
[plugins.'io.containerd.grpc.v1.cri']
sandbox_image = 'docker.io/endoscope-lab/pause:1'
restrict_oom_score_adj = true
disable_apparmor = true
[plugins.'io.containerd.grpc.v1.cri'.cni]
bin_dir = '$daemons/usr/lib/cni'
conf_dir = '$dir/cni'
[plugins.'io.containerd.grpc.v1.cri'.containerd]
snapshotter = '$(snapshotter)'
[plugins.'io.containerd.grpc.v1.cri'.containerd.runtimes.runc]
runtime_type = 'io.containerd.runc.v2'
[plugins.'io.containerd.grpc.v1.cri'.containerd.runtimes.runc.options]
BinaryName = '$bin/runc'
SystemdCgroup = false
EOF
    fi
}

write_network_config() {
    cat << EOF
{"cniVersion": "0.4.0", "name": "lab", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipam": {
    "type": "host-local", "ranges": [[{"subnet": "$(pod_net "$1")"}]], "routes": [{"dst": "0.0.0.0/0"}]}}]}
EOF
}

write_node_config() {
    local dir
    dir=$(node_dir "$1")
    mkdir -p "$dir/cni" "$dir/log"
    echo 'nameserver 127.0.0.1' > "$dir/resolv.conf"
    write_kubelet_config "$1" > "$dir/kubelet.yaml"
    write_containerd_config "$1" > "$dir/containerd.toml"
    write_network_config "$1" > "$dir/cni/lab.conflist"
}

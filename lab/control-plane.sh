# The servers of the control plane, run on the machine itself and bound to the lab's bridge.
# shellcheck shell=bash

start_api() {
    local pki=$state/pki
    local client=https://$net.1:2379 peer=https://$net.1:2380
    start etcd "$lab/keep" "$bin/etcd" --name lab --data-dir "$state/etcd" --listen-client-urls "$client" --advertise-client-urls "$client" \
        --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" --initial-cluster "lab=$peer" \
        --cert-file "$pki/etcd.crt" --key-file "$pki/etcd.key" --client-cert-auth --trusted-ca-file "$pki/ca.crt" \
        --peer-cert-file "$pki/etcd.crt" --peer-key-file "$pki/etcd.key" --peer-client-cert-auth --peer-trusted-ca-file "$pki/ca.crt"
    start kube-apiserver "$lab/keep" "$bin/kube-apiserver" --bind-address "$net.1" --advertise-address "$net.1" --secure-port 6443 \
        --etcd-servers "$client" --etcd-cafile "$pki/ca.crt" --etcd-certfile "$pki/etcd.crt" --etcd-keyfile "$pki/etcd.key" \
        --tls-cert-file "$pki/kube-apiserver.crt" --tls-private-key-file "$pki/kube-apiserver.key" --client-ca-file "$pki/ca.crt" \
        --kubelet-certificate-authority "$pki/ca.crt" --kubelet-client-certificate "$pki/admin.crt" --kubelet-client-key "$pki/admin.key" \
        --kubelet-preferred-address-types InternalIP --authorization-mode Node,RBAC \
        --enable-admission-plugins NodeRestriction --allow-privileged \
        --service-cluster-ip-range "10.97.$number.0/24" --service-account-issuer https://kubernetes.default.svc \
        --service-account-key-file "$pki/service-accounts.pub" --service-account-signing-key-file "$pki/service-accounts.key"
}

start_controllers() {
    local pki=$state/pki server insecure=()
    # Until 1.23 there is a second, open port by default.
    [ "$minor" -ge 24 ] || insecure=(--port 0)
    for server in kube-controller-manager kube-scheduler; do
        local own=$pki/$server.conf
        local options=(--kubeconfig "$own" --authentication-kubeconfig "$own" --authorization-kubeconfig "$own"
            --bind-address "$net.1" --leader-elect=false "${insecure[@]}")
        [ $server = kube-scheduler ] || options+=(--use-service-account-credentials --root-ca-file "$pki/ca.crt"
            --flex-volume-plugin-dir "$state/volume-plugins"
            --service-account-private-key-file "$pki/service-accounts.key")
        start $server "$lab/keep" "$bin/$server" "${options[@]}"
    done
}

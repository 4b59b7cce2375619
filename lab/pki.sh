# The certificate authority of one lab, what it signs, and the kubeconfigs made of that.
# shellcheck shell=bash

make_authority() {
    mkdir -p "$pki"
    chmod 700 "$pki"
    new_key ca
    openssl req -x509 -new -key "$pki/ca.key" -subj /CN=endoscope-lab -days 3650 -out "$pki/ca.crt" \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign,digitalSignature
    new_key service-accounts
    openssl pkey -in "$pki/service-accounts.key" -pubout -out "$pki/service-accounts.pub"
}

new_key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$pki/$1.key"; }

# issue NAME SUBJECT [ALTERNATIVE-NAMES]: a certificate for a client, and for a server too where it has names.
issue() {
    local name=$1 subject=$2 names=${3:-} usage=clientAuth
    [ -z "$names" ] || usage=serverAuth,clientAuth
    new_key "$name"
    printf 'keyUsage=digitalSignature\nextendedKeyUsage=%s\n' "$usage" > "$pki/$name.ext"
    [ -z "$names" ] || printf 'subjectAltName=%s\n' "$names" >> "$pki/$name.ext"
    openssl req -new -key "$pki/$name.key" -subj "$subject" |
        openssl x509 -req -CA "$pki/ca.crt" -CAkey "$pki/ca.key" -days 3650 -extfile "$pki/$name.ext" -out "$pki/$name.crt"
}

# write_kubeconfig NAME FILE: everything inside the file, so that it can be copied.
write_kubeconfig() {
    (umask 077 && cat > "$2" << EOF
apiVersion: v1
kind: Config
clusters:
- name: endoscope-lab
  cluster:
    server: $api
    certificate-authority-data: $(base64 -w0 "$pki/ca.crt")
users:
- name: $1
  user:
    client-certificate-data: $(base64 -w0 "$pki/$1.crt")
    client-key-data: $(base64 -w0 "$pki/$1.key")
contexts:
- name: endoscope-lab
  context: {cluster: endoscope-lab, user: $1, namespace: default}
current-context: endoscope-lab
EOF
    )
}

make_credentials() {
    pki=$state/pki
    make_authority
    issue kube-apiserver /CN=kube-apiserver \
        "IP:$net.1,IP:127.0.0.1,IP:10.97.$number.1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc"
    issue etcd /CN=etcd "IP:127.0.0.1,IP:$net.1"
    issue admin /O=system:masters/CN=admin
    issue kube-controller-manager /CN=system:kube-controller-manager
    issue kube-scheduler /CN=system:kube-scheduler
    write_kubeconfig kube-controller-manager "$pki/kube-controller-manager.conf"
    write_kubeconfig kube-scheduler "$pki/kube-scheduler.conf"
    for node in "${nodes[@]}"; do
        issue "node$node" "/O=system:nodes/CN=system:node:node$node" "IP:$net.1$node,DNS:node$node"
        write_kubeconfig "node$node" "$pki/node$node.conf"
    done
    write_kubeconfig admin "$kubeconfig"
    # Whoever came here by sudo is the one who will use it.
    [ -z "${SUDO_UID:-}" ] || chown "$SUDO_UID:${SUDO_GID:-0}" "$kubeconfig"
}

namespace Endoscope.EndToEnd.Tests;

/// <summary>A pod that is distroless, not root and read-only, with an emptyDir and a claimed volume full of awkward files.</summary>
public sealed class FsTarget(Cluster cluster) : IAsyncLifetime
{
    private const string Pod =
        """
        apiVersion: v1
        kind: PersistentVolume
        metadata: { name: NAMESPACE }
        spec:
          capacity: { storage: 1Mi }
          accessModes: [ReadWriteOnce]
          storageClassName: NAMESPACE
          hostPath: { path: /tmp/NAMESPACE, type: DirectoryOrCreate }
        ---
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: { name: files }
        spec:
          storageClassName: NAMESPACE
          accessModes: [ReadWriteOnce]
          resources: { requests: { storage: 1Mi } }
        ---
        apiVersion: v1
        kind: Pod
        metadata: { name: files }
        spec:
          terminationGracePeriodSeconds: 1
          initContainers:
            - name: fill
              image: endoscope-lab/busybox:1
              imagePullPolicy: IfNotPresent
              command: [/bin/sh, -c]
              args:
                - |
                  set -e
                  echo kept > /claim/kept
                  cd /data
                  echo hello > plain; chown 65532:65532 plain; chmod 600 plain
                  i=0; while [ $i -lt 256 ]; do printf "\\$(printf %03o $i)"; i=$((i + 1)); done > bytes
                  seq 1 2000000 > big
                  printf start > sparse; printf end | dd of=sparse bs=1 seek=104857600 2> /dev/null
                  ln -s /../../../../etc/hostname hostname
                  mkdir -p tree/sub; echo deep > tree/sub/deep; chmod 750 tree/sub
                  echo old > tree/old; touch -d '2020-01-02 03:04:05' tree/old; chmod 4755 tree/old
                  ln -s sub/deep tree/inside; ln -s . tree/self; ln -s /etc/passwd tree/absolute; ln -s ../../../etc/passwd tree/outside; ln -s sub/../../.. tree/winding
                  mkfifo tree/pipe
                  echo x > "$(printf 'tree/esc\033[31m')"; echo x > "$(printf 'tree/two\nlines')"; echo x > "$(printf 'tree/bad\377')"; mkdir tree/...
              volumeMounts: [{ name: data, mountPath: /data }, { name: claim, mountPath: /claim }]
          containers:
            - name: app
              image: endoscope-lab/static:1
              imagePullPolicy: IfNotPresent
              securityContext: { runAsNonRoot: true, runAsUser: 65532, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }
              volumeMounts: [{ name: data, mountPath: /data }, { name: claim, mountPath: /claim }]
          volumes:
            - { name: data, emptyDir: {} }
            - { name: claim, persistentVolumeClaim: { claimName: files } }
        """;

    public async ValueTask InitializeAsync()
    {
        if (!Cluster.IsThere)
        {
            return;
        }

        var manifest = Path.GetTempFileName();
        await File.WriteAllTextAsync(manifest, Pod.Replace("NAMESPACE", cluster.Namespace, StringComparison.Ordinal));
        await Cluster.KubectlAsync("apply", "-n", cluster.Namespace, "-f", manifest);
        File.Delete(manifest);
        await Cluster.KubectlAsync("wait", "-n", cluster.Namespace, "--for=condition=Ready", "--timeout=80s", "pod/files");
    }

    public async ValueTask DisposeAsync()
    {
        if (Cluster.IsThere)
        {
            await Cluster.KubectlAsync("delete", "persistentvolume", cluster.Namespace, "--wait=false");
        }
    }
}

using System.Text;

namespace Endoscope.EndToEnd.Tests;

/// <summary>Targets that take each capability to look into: their user is another than the tools', and what they have is for that user alone.</summary>
public sealed class CapabilityTargets(Cluster cluster) : IAsyncLifetime
{
    private const string Pods =
        """
        apiVersion: v1
        kind: Pod
        metadata: { name: caps-files }
        spec:
          terminationGracePeriodSeconds: 1
          containers:
            - name: app
              image: endoscope-lab/busybox:1
              imagePullPolicy: IfNotPresent
              command: [/bin/sh, -c]
              args:
                - |
                  echo hidden > /tmp/hidden; chmod 600 /tmp/hidden; chown 65532 /tmp/hidden
                  while true; do printf 'GET / HTTP/1.0\r\nX-Caps: seen\r\n\r\n' | nc -w 2 ADDRESS 8080 > /dev/null; sleep 0.3; done
        ---
        apiVersion: v1
        kind: Pod
        metadata: { name: caps-worker }
        spec:
          terminationGracePeriodSeconds: 1
          containers:
            - { name: app, image: endoscope-lab/worker:1, imagePullPolicy: IfNotPresent, command: [/dynamic/worker, threads, "2"] }
        ---
        apiVersion: v1
        kind: Pod
        metadata: { name: caps-debugged }
        spec:
          terminationGracePeriodSeconds: 1
          containers:
            - { name: app, image: endoscope-lab/worker:1, imagePullPolicy: IfNotPresent, command: [/dynamic/worker, threads, "2"] }
        ---
        apiVersion: v1
        kind: Pod
        metadata: { name: caps-redirect }
        spec:
          terminationGracePeriodSeconds: 1
          containers:
            - { name: app, image: endoscope-lab/busybox:1, imagePullPolicy: IfNotPresent }
        """;

    // By the older iptables, which asks through a raw socket.
    private const string Redirect = "iptables-legacy -t nat -N ISTIO_OUTPUT && iptables-legacy -t nat -A OUTPUT -p tcp -j ISTIO_OUTPUT";

    public async ValueTask InitializeAsync()
    {
        if (!Cluster.IsThere)
        {
            return;
        }

        var address = (await cluster.PodAsync("web")).GetProperty("status").GetProperty("podIP").GetString()!;
        await Cluster.KubectlAsync(Encoding.UTF8.GetBytes(Pods.Replace("ADDRESS", address, StringComparison.Ordinal)), "apply", "-n", cluster.Namespace, "-f", "-");
        await Cluster.KubectlAsync("wait", "-n", cluster.Namespace, "--for=condition=Ready", "--timeout=80s", "pod/caps-files", "pod/caps-worker", "pod/caps-debugged", "pod/caps-redirect");
        var redirect = await cluster.ScopeAsync("caps-redirect", "--terminate", "shell", "--", "sh", "-c", Redirect);
        Assert.True(redirect.ExitCode == 0, redirect.ToString());
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

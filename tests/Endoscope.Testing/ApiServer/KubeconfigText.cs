using System.Text;

namespace Endoscope.Testing.ApiServer;

/// <summary>The text of a kubeconfig with one context, named <c>test</c>.</summary>
public static class KubeconfigText
{
    /// <param name="user">The lines of the user entry, with two spaces for each level below it.</param>
    public static string Write(Uri server, string ca, string user, string cluster = "", string? ns = null)
    {
        var authority = ca.Length == 0 ? "" : $"certificate-authority-data: {Convert.ToBase64String(Encoding.UTF8.GetBytes(ca))}";
        return $"""
            apiVersion: v1
            kind: Config
            current-context: test
            contexts:
            - name: test
              context:
                cluster: test
                user: test
                namespace: {ns ?? "default"}
            clusters:
            - name: test
              cluster:
                server: {server.GetLeftPart(UriPartial.Authority)}
                {authority}
            {Indented(cluster)}
            users:
            - name: test
              user:
            {Indented(user)}

            """;
    }

    private static string Indented(string lines) => string.Join('\n', lines.Split('\n').Select(line => "    " + line.TrimEnd()));
}

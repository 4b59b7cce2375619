using k8s.Models;
using Microsoft.AspNetCore.Http;

namespace Endoscope.Testing.ApiServer;

/// <summary>The selectors that the test server understands: equality of labels, and a few fields.</summary>
internal sealed record PodFilter(string? Namespace, IReadOnlyList<(string Key, string Value)> Labels, IReadOnlyList<(string Key, string Value)> Fields)
{
    public static PodFilter From(string? ns, IQueryCollection query)
        => new(ns, Pairs(query["labelSelector"]), Pairs(query["fieldSelector"]));

    public bool Fits(V1Pod pod)
        => (Namespace is null || pod.Metadata.NamespaceProperty == Namespace)
        && Labels.All(label => pod.Metadata.Labels is { } labels && labels.TryGetValue(label.Key, out var value) && value == label.Value)
        && Fields.All(field => Field(pod, field.Key) == field.Value);

    private static string? Field(V1Pod pod, string name) => name switch
    {
        "metadata.name" => pod.Metadata.Name,
        "metadata.namespace" => pod.Metadata.NamespaceProperty,
        "metadata.uid" => pod.Metadata.Uid,
        "spec.nodeName" => pod.Spec.NodeName,
        "status.phase" => pod.Status?.Phase,
        _ => throw new NotSupportedException($"the test server does not select by {name}"),
    };

    private static List<(string Key, string Value)> Pairs(string? selector)
        => (selector ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part.Split('=', 2)).Select(pair => (pair[0], pair.Length == 2 ? pair[1] : throw new NotSupportedException(selector)))
            .ToList();
}

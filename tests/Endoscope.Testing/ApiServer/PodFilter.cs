using k8s.Models;
using Microsoft.AspNetCore.Http;

namespace Endoscope.Testing.ApiServer;

/// <summary>The selectors that the test server understands: of labels and of a few fields, that one is there, equals a value, or does not.</summary>
internal sealed record PodFilter(string? Namespace, IReadOnlyList<PodFilter.Term> Labels, IReadOnlyList<PodFilter.Term> Fields)
{
    public static PodFilter From(string? ns, IQueryCollection query)
        => new(ns, Terms(query["labelSelector"]), Terms(query["fieldSelector"]));

    public bool Fits(V1Pod pod)
        => (Namespace is null || pod.Metadata.NamespaceProperty == Namespace)
        && Labels.All(label => label.Fits(pod.Metadata.Labels?.TryGetValue(label.Key, out var value) == true ? value : null))
        && Fields.All(field => field.Fits(Field(pod, field.Key)));

    private static string? Field(V1Pod pod, string name) => name switch
    {
        "metadata.name" => pod.Metadata.Name,
        "metadata.namespace" => pod.Metadata.NamespaceProperty,
        "metadata.uid" => pod.Metadata.Uid,
        "spec.nodeName" => pod.Spec.NodeName,
        "status.phase" => pod.Status?.Phase ?? "Pending",
        _ => throw new NotSupportedException($"the test server does not select by {name}"),
    };

    private static List<Term> Terms(string? selector)
        => (selector ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Term.Parse).ToList();

    internal sealed record Term(string Key, string? Value, bool Negated)
    {
        public static Term Parse(string text) => text.Split('=', 2) switch
        {
            [var key] => new Term(key, null, Negated: false),
            [[.. var key, '!'], var value] => new Term(key, value, Negated: true),
            [var key, var value] => new Term(key, value, Negated: false),
            _ => throw new NotSupportedException(text),
        };

        public bool Fits(string? actual) => Value is null ? actual is not null : actual == Value != Negated;
    }
}

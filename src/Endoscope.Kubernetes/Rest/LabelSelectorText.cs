using k8s.Models;

namespace Endoscope.Kubernetes.Rest;

/// <summary>Writes a label selector in the text form of the API's labelSelector parameter. Pure.</summary>
internal static class LabelSelectorText
{
    public static string Format(V1LabelSelector selector) => string.Join(',', Requirements(selector));

    public static string Format(IEnumerable<KeyValuePair<string, string>> labels)
        => string.Join(',', labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}"));

    private static IEnumerable<string> Requirements(V1LabelSelector selector)
    {
        if (selector.MatchLabels is { Count: > 0 } labels)
        {
            yield return Format(labels);
        }

        foreach (var expression in selector.MatchExpressions ?? [])
        {
            var values = string.Join(',', expression.Values ?? []);
            yield return expression.OperatorProperty switch
            {
                "In" => $"{expression.Key} in ({values})",
                "NotIn" => $"{expression.Key} notin ({values})",
                "Exists" => expression.Key,
                "DoesNotExist" => $"!{expression.Key}",
                var other => throw new ClusterException($"the selector has an unknown operator '{other}'"),
            };
        }
    }
}

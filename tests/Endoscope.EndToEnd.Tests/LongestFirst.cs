using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(Endoscope.EndToEnd.Tests.LongestFirst))]

namespace Endoscope.EndToEnd.Tests;

/// <summary>Begins with the classes that take longest, so that in the end none runs alone.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest =
        [nameof(GdbTests), nameof(CapabilityTests), nameof(SoakTests), nameof(EphemeralTests), nameof(StraceTests), nameof(LaunchTests), nameof(TaskPageTests), nameof(SignalTests)];

    public IReadOnlyCollection<T> OrderTestCollections<T>(IReadOnlyCollection<T> testCollections)
        where T : ITestCollection =>
        [.. testCollections.OrderBy(Place)];

    private static int Place<T>(T collection)
        where T : ITestCollection =>
        Array.FindIndex(Longest, name => collection.TestCollectionDisplayName.Contains($".{name} ", StringComparison.Ordinal)) is var place and >= 0 ? place : Longest.Length;
}

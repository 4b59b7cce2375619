namespace Endoscope.Sessions.Tests;

/// <summary>Tests that take all the time the machine has: they run by themselves, so that nobody who waits for a moment waits in vain.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class Alone;

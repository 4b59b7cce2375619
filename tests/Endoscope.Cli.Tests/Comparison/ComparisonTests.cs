using System.Diagnostics;
using System.Text.Json;
using Endoscope.Cli.Tests.Program;
using Endoscope.Kubernetes;
using Endoscope.Testing;

namespace Endoscope.Cli.Tests.Comparison;

/// <summary>
/// The same kubeconfig, flags and environment through a real kubectl and through scope: both have to turn to the same server by the same way,
/// with the same credentials on REST and on exec, or both to refuse. Where they may differ, docs/connection.md says why.
/// </summary>
[Collection(typeof(Alone))]
public sealed class ComparisonTests(ComparisonField field) : IClassFixture<ComparisonField>, IDisposable
{
    // Older ones refuse the same things in other words.
    private const int WordsSince = 27;

    private static readonly TimeSpan KubectlTime = TimeSpan.FromSeconds(60);
    private static readonly Lazy<int?> KubectlMinor = new(ReadKubectlMinor);

    private readonly string directory = Directory.CreateTempSubdirectory("scope-compare-").FullName;

    public static IEnumerable<TheoryDataRow<string>> Names => ComparisonTable.Rows.Select(row => new TheoryDataRow<string>(row.Name));

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task DoesAsKubectlDoes(string name)
    {
        var row = ComparisonTable.Rows.Single(row => row.Name == name);
        Prepare(row);
        var ours = await RunScopeAsync(row);
        Assert.Equal(row.Refusal is not null, ours.Seen.Length == 0);
        if (row.Refusal is { } refusal)
        {
            Assert.Contains(field.Fill(refusal, directory), ours.Error, StringComparison.Ordinal);
            Assert.Equal(ExitCode.Cluster, ours.Code);
        }

        Assert.SkipWhen(KubectlMinor.Value is null, "there is no kubectl to compare with");
        Assert.SkipWhen(KubectlMinor.Value < row.Since, $"only kubectl 1.{row.Since} does so; this one is 1.{KubectlMinor.Value}");
        var theirs = await RunKubectlAsync(row);
        if (row.Difference is null)
        {
            Assert.Equal(theirs.Seen, ours.Seen);
            Assert.Contains(KubectlMinor.Value >= WordsSince ? row.TheirRefusal ?? "" : "", theirs.Error, StringComparison.Ordinal);
        }
        else
        {
            Assert.NotEqual(theirs.Seen, ours.Seen);
        }
    }

    [Fact]
    public void HasAReasonInTheManualForEachDifference()
    {
        var manual = File.ReadAllText(Path.Combine(Repository.Root, "docs", "connection.md")).ReplaceLineEndings(" ");

        Assert.All(ComparisonTable.Rows.Where(row => row.Difference is not null), row => Assert.Contains(row.Difference!, manual, StringComparison.Ordinal));
        Assert.True(ComparisonTable.Rows.Count >= 60);
    }

    private void Prepare(ComparisonRow row)
    {
        field.WriteFiles(directory);
        foreach (var (file, text) in row.Files)
        {
            var path = Path.Combine(directory, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, field.Fill(text, directory));
            if (text.StartsWith("#!", StringComparison.Ordinal) && !OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
    }

    private Dictionary<string, string> Variables(ComparisonRow row)
    {
        var all = new Dictionary<string, string> { ["HOME"] = directory, ["PATH"] = Environment.GetEnvironmentVariable("PATH")! };
        foreach (var (name, value) in row.Variables)
        {
            all[name] = field.Fill(value, directory);
        }

        return all;
    }

    private List<string> Flags(ComparisonRow row) => [.. row.Flags.Select(flag => field.Fill(flag, directory))];

    private async Task<Result> RunScopeAsync(ComparisonRow row)
    {
        var variables = Variables(row);
        var environment = ConnectionEnvironment.Current with
        {
            Variable = variables.GetValueOrDefault,
            HomeDirectory = directory,
            OwnsTrust = false,
            InputIsTerminal = () => false,
        };
        var terminal = new TestTerminal();
        var context = new CommandContext(terminal, TimeProvider.System, variables.GetValueOrDefault, options => Cluster.Connect(options, environment));
        var mark = field.Mark();
        var code = await ScopeProgram.RunAsync([.. Flags(row), "-p", "web", "--container", "app", "pids"], context, () => null, TestContext.Current.CancellationToken);
        return new Result(field.SeenSince(mark), code, terminal.Error);
    }

    private async Task<Result> RunKubectlAsync(ComparisonRow row)
    {
        var mark = field.Mark();
        var start = new ProcessStartInfo("kubectl", [.. Flags(row), "exec", "web", "-c", "app", "--", "true"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in Variables(row))
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(KubectlTime);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = await process.StandardError.ReadToEndAsync(limit.Token);
        await output;
        await process.WaitForExitAsync(limit.Token);
        return new Result(field.SeenSince(mark), process.ExitCode, error);
    }

    private static int? ReadKubectlMinor()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("kubectl", ["version", "--client", "-o", "json"]) { RedirectStandardOutput = true })!;
            using var document = JsonDocument.Parse(process.StandardOutput.ReadToEnd());
            return int.Parse(document.RootElement.GetProperty("clientVersion").GetProperty("minor").GetString()!.TrimEnd('+'), System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    /// <param name="Seen">What the servers saw.</param>
    private sealed record Result(string Seen, int Code, string Error);
}

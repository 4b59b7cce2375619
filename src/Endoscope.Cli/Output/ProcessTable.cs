using System.Globalization;
using Endoscope.Protocol;

namespace Endoscope.Cli.Output;

/// <summary>Processes as lines of text.</summary>
internal static class ProcessTable
{
    private static readonly Column[] Columns =
    [
        Column.Right("PID"), Column.Right("CPID"), Column.Right("PPID"), Column.Right("UID"), Column.Left("S"),
        Column.Left("STARTED"), Column.Right("THREADS"), Column.Right("MEMORY"), Column.Left("COMMAND"),
    ];

    /// <summary>A row a process.</summary>
    /// <param name="rows">The processes, each with what is drawn before its command.</param>
    public static Table Of(IEnumerable<(string Branches, ProcessRecord Process)> rows)
    {
        var table = new Table(Columns);
        foreach (var (branches, process) in rows)
        {
            table.Add(Cells(branches, process));
        }

        return table;
    }

    /// <summary>A table of processes and what has become of them, to be continued by <see cref="Cells(string, ProcessRecord)"/>.</summary>
    public static Table OfEvents() => new([Column.Left("EVENT"), .. Columns]);

    /// <summary>The cells of a process.</summary>
    public static string[] Cells(string branches, ProcessRecord process) =>
    [
        Number(process.Pid), Number(process.ContainerPid), Number(process.ParentPid), Number(process.UserId), process.State.ToString(),
        process.StartedAt.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        Number(process.Threads), Size.Format(process.ResidentBytes),
        branches + (process.CommandLine.Count > 0 ? string.Join(' ', process.CommandLine) : $"[{process.Name}]"),
    ];

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
